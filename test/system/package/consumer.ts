/**
 * A program of somebody who installed the package: obtains a certificate for the names it is given and prints
 * it. Type-checked and run in an empty project, under every Node that the package is for: no newer syntax.
 *
 * ACME_DIRECTORY is the CA, CHALLENGE_PORT stands for port 80 of the names.
 */
import { createServer } from "node:http";
import { http01, type ObtainedCertificate, obtain } from "@certmill/acme";

const { ACME_DIRECTORY: directoryUrl = "", CHALLENGE_PORT: port = "80" } = process.env;
const answers = new Map<string, string>();
const site = createServer((request, response) => {
  const answer = answers.get(request.url ?? "");
  response.writeHead(answer === undefined ? 404 : 200).end(answer);
});

await new Promise<void>((resolve) => {
  site.listen(Number(port), "127.0.0.1", resolve);
});
try {
  const { chain, privateKeyPem, accountUrl }: ObtainedCertificate = await obtain({
    directoryUrl,
    agreeToTerms: true,
    names: process.argv.slice(2),
    publish: {
      "http-01": ({ token, thumbprint }) => {
        answers.set(http01.path(token), http01.body(token, thumbprint));
      },
    },
  });
  console.log(JSON.stringify({ node: process.version, pem: chain.pem, privateKeyPem, accountUrl }));
} finally {
  site.close();
}
