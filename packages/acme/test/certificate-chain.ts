import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpenSsl } from "./openssl.ts";

/** PEM of three certificates made by OpenSSL, each issued by the next. */
export interface SampleChain {
  readonly leaf: string;
  readonly intermediate: string;
  readonly root: string;
  /** The leaf's private key. */
  readonly key: string;
}

const CA_EXTENSIONS =
  "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

interface LeafOptions {
  /** As OpenSSL's -set_serial takes it. */
  readonly serial?: string;
  /** In OpenSSL's syntax, such as "keyid", "issuer:always" or "none". */
  readonly authorityKeyIdentifier?: string;
}

/** @param leafExtensions lines of OpenSSL's extension syntax. */
export function makeChain(
  leafExtensions: string,
  { serial = "0x0A0B", authorityKeyIdentifier = "keyid" }: LeafOptions = {},
): SampleChain {
  using openssl = new OpenSsl();
  const file = (name: string) => join(openssl.directory, name);
  writeFileSync(file("ca.ext"), CA_EXTENSIONS);
  writeFileSync(
    file("leaf.ext"),
    `basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=${authorityKeyIdentifier}\n${leafExtensions}\n`,
  );
  const steps = [
    {
      name: "root",
      issuer: null,
      subject: "/C=US/O=Sample, Inc./CN=Root",
      serial: "1",
      extensions: "ca.ext",
    },
    { name: "intermediate", issuer: "root", subject: "/CN=Intermediate", serial: "2", extensions: "ca.ext" },
    { name: "leaf", issuer: "intermediate", subject: "/", serial, extensions: "leaf.ext" },
  ];
  for (const { name, issuer, subject, serial, extensions } of steps) {
    openssl.run(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`]);
    openssl.run(["req", "-new", "-key", `${name}.key`, "-subj", subject, "-out", `${name}.csr`]);
    const signer =
      issuer === null ? ["-signkey", "root.key"] : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`];
    openssl.run(
      ["x509", "-req", "-in", `${name}.csr`, ...signer, "-set_serial", serial, "-days", "30"].concat([
        "-extfile",
        extensions,
        "-out",
        `${name}.pem`,
      ]),
    );
  }
  const read = (name: string) => readFileSync(file(name), "utf8");
  return {
    leaf: read("leaf.pem"),
    intermediate: read("intermediate.pem"),
    root: read("root.pem"),
    key: read("leaf.key"),
  };
}
