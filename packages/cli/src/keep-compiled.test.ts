import { chmod, mkdir, mkdtempDisposable, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compiledDirectory } from "./keep-compiled.mjs";

test("compiled sources are kept where only their user can write, or nowhere", async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), "certmill-home-"));
  const kept = join(home.path, ".cache/certmill/compiled");
  expect(compiledDirectory({ HOME: home.path })).toBe(kept);
  expect((await stat(kept)).mode & 0o777).toBe(0o700);
  await mkdir(join(home.path, "x"));
  expect(compiledDirectory({ HOME: home.path, XDG_CACHE_HOME: join(home.path, "x") })).toBe(
    join(home.path, "x/certmill/compiled"),
  );
  await mkdir(join(home.path, "unit"));
  const unit = `${join(home.path, "unit")}:/var/cache/other`;
  expect(compiledDirectory({ HOME: home.path, CACHE_DIRECTORY: unit })).toBe(
    join(home.path, "unit/compiled"),
  );
  expect(compiledDirectory({ HOME: home.path, NODE_COMPILE_CACHE: "/own" })).toBe("/own");

  await chmod(kept, 0o777);
  expect(compiledDirectory({ HOME: home.path }), "everybody could write there").toBeNull();
  const others = join(home.path, "others");
  await mkdir(join(others, ".cache/certmill"), { recursive: true });
  await symlink(kept, join(others, ".cache/certmill/compiled"));
  expect(compiledDirectory({ HOME: others }), "it leads elsewhere").toBeNull();
  const gone = join(home.path, "gone");
  for (const nowhere of [{}, { HOME: "" }, { HOME: "relative" }, { HOME: gone }, { XDG_CACHE_HOME: gone }]) {
    expect(compiledDirectory(nowhere)).toBeNull();
  }
  await expect(stat(gone), "a home is nobody's to make").rejects.toThrow("ENOENT");
});
