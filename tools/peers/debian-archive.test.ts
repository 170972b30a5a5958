import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DebianArchive, debianArchives, readSources } from "./debian-archive.ts";

const mainLine = "deb http://mirror.test/debian bookworm main contrib\n";

const plain = ({ uri, trust }: DebianArchive) => ({ uri, trust: Object.fromEntries(trust) });

const archivesOf = (name: string, text: string) => debianArchives([{ name, text }], "bookworm").map(plain);

describe("one line a source", () => {
  const cases: readonly (readonly [line: string, archive: DebianArchive | null])[] = [
    [mainLine, { uri: "http://mirror.test/debian", trust: new Map() }],
    [
      "deb [arch=amd64 signed-by=/a.gpg,/b.gpg trusted=yes check-valid-until=no] http://mirror.test/debian bookworm main",
      {
        uri: "http://mirror.test/debian",
        trust: new Map([
          ["Signed-By", " /a.gpg /b.gpg"],
          ["Trusted", " yes"],
          ["Check-Valid-Until", " no"],
        ]),
      },
    ],
    [
      "  deb mirror+file:/etc/apt/mirrors/debian.list bookworm main # the near one",
      { uri: "mirror+file:/etc/apt/mirrors/debian.list", trust: new Map() },
    ],
    ["deb http://mirror.test/debian stable main", { uri: "http://mirror.test/debian", trust: new Map() }],
    ["deb http://mirror.test/debian bookworm contrib # main", null],
    ["# deb http://mirror.test/debian bookworm main", null],
    ["deb-src http://mirror.test/debian bookworm main", null],
    ["deb http://mirror.test/debian bookworm-updates main", null],
    ["deb http://other.test/linux bookworm stable", null],
    ["deb cdrom:[Debian 12]/ bookworm main", null],
    ["debug http://mirror.test/debian bookworm main", null],
    ["", null],
  ];
  test.each(cases)("%s", (line, archive) => {
    expect(archivesOf("sources.list", line)).toEqual(archive === null ? [] : [plain(archive)]);
  });
});

describe("stanzas", () => {
  const stanza = (more: string) =>
    `Types: deb deb-src\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\n${more}`;

  test("the first archive of several", () => {
    const text = `# ours\n${stanza("# signed\nSigned-By: /a.gpg\n")}\n\n${stanza("").replace("debian", "debian-security")}`;
    expect(archivesOf("debian.sources", text)).toEqual([
      { uri: "http://mirror.test/debian", trust: { "Signed-By": " /a.gpg" } },
      { uri: "http://mirror.test/debian-security", trust: {} },
    ]);
  });

  test("a key inside keeps its lines, a comment among them does not stay", () => {
    const text = stanza("signed-by:\n -----BEGIN\n .\n# between\n abc=\nEnabled: yes\n");
    expect(archivesOf("debian.sources", text)).toEqual([
      { uri: "http://mirror.test/debian", trust: { "Signed-By": "\n -----BEGIN\n .\n abc=" } },
    ]);
  });

  test.each(["Enabled: no\n", "enabled:false\n"])("%j is none", (field) => {
    expect(archivesOf("debian.sources", stanza(field))).toEqual([]);
  });

  test("a list of archives counts one by one", () => {
    const text = stanza("").replace("http://mirror.test/debian", "http://one.test/x\n http://two.test/x");
    expect(archivesOf("debian.sources", text).map(({ uri }) => uri)).toEqual([
      "http://one.test/x",
      "http://two.test/x",
    ]);
  });
});

test("what is Debian's by its address comes before what only calls its suite so", () => {
  const text = `deb http://vendor.test bookworm main\n${mainLine}`;
  expect(archivesOf("sources.list", text).map(({ uri }) => uri)).toEqual([
    "http://mirror.test/debian",
    "http://vendor.test",
  ]);
});

test("the files are read in apt's order, whether all are there or not", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-sources-"));
  expect(debianArchives(await readSources(directory.path), "bookworm")).toEqual([]);
  await mkdir(join(directory.path, "sources.list.d"));
  await writeFile(join(directory.path, "sources.list.d/b.list"), mainLine.replace("mirror", "b"));
  await writeFile(join(directory.path, "sources.list.d/a.list"), mainLine.replace("mirror", "a"));
  await writeFile(join(directory.path, "sources.list.d/a.list.save"), mainLine.replace("mirror", "old"));
  await writeFile(join(directory.path, "sources.list"), mainLine);
  const uris = debianArchives(await readSources(directory.path), "bookworm").map(({ uri }) => uri);
  expect(uris).toEqual(["http://mirror.test/debian", "http://a.test/debian", "http://b.test/debian"]);
});
