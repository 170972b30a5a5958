import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The server that `npm run dev` sends API calls to. */
const api = process.env["CERTMILL_URL"] ?? "http://127.0.0.1:8443";

/**
 * Everything is a file of our own: the content security policy allows no inline script or style and no `data:` URL,
 * so nothing is inlined, however small.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    chunkSizeWarningLimit: 1_000,
  },
  server: { proxy: { "/v1": api, "/auth": api } },
});
