// @ts-check
/** The demo page: shows the domain that is typed, or named in the address (`?domain=shop.example.com`). */
const form = /** @type {HTMLFormElement} */ (document.getElementById("which"));
const markup = /** @type {HTMLElement} */ (document.getElementById("markup"));
const domain = /** @type {HTMLInputElement} */ (form.elements.namedItem("domain"));
const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("token"));

domain.value = new URLSearchParams(location.search).get("domain") ?? "";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  for (const status of document.querySelectorAll("certmill-domain-status")) {
    status.setAttribute("server", location.origin);
    status.setAttribute("domain", domain.value.trim());
    status.setAttribute("token", token.value.trim());
    status.removeAttribute("hidden");
  }
  markup.textContent = [
    `<script type="module" src="${location.origin}/embed/certmill-domain-status.js"></script>`,
    `<certmill-domain-status server="${location.origin}" domain="${domain.value.trim()}" token="…"></certmill-domain-status>`,
  ].join("\n");
});
