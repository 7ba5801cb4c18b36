import assert from "node:assert/strict";
import { MaintainerError, maintainerOf } from "../../../tools/deb/maintainer.ts";

Deno.test("the maintainer of the package is who the environment names", () => {
  const cases: [env: Record<string, string>, maintainer: string][] = [
    [{}, "ctdb-deno developers <ctdb-deno@example.org>"],
    [{ DEBEMAIL: "it@example.com" }, "ctdb-deno developers <it@example.com>"],
    [{ DEBEMAIL: "it@example.com", DEBFULLNAME: "The IT" }, "The IT <it@example.com>"],
    [{ DEBEMAIL: "The IT <it@example.com>" }, "The IT <it@example.com>"],
    [{ DEBEMAIL: "The IT <it@example.com>", DEBFULLNAME: "Others" }, "Others <it@example.com>"],
    [{ DEBFULLNAME: "The IT" }, "The IT <ctdb-deno@example.org>"],
    [{ DEBFULLNAME: "", DEBEMAIL: "" }, "ctdb-deno developers <ctdb-deno@example.org>"],
  ];
  for (const [env, maintainer] of cases) assert.equal(maintainerOf(env), maintainer);
  for (
    const env of [
      { DEBEMAIL: "nobody" },
      { DEBEMAIL: "a@b, c@d" },
      { DEBEMAIL: "A <>" },
      { DEBFULLNAME: "A\nDepends: x" },
      { DEBFULLNAME: "A <b>" },
    ]
  ) {
    assert.throws(() => maintainerOf(env), MaintainerError, JSON.stringify(env));
  }
});
