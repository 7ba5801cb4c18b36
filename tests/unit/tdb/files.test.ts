import assert from "node:assert/strict";
import { createLogger } from "../../../lib/base/mod.ts";
import {
  describeLockHolders,
  openTdb,
  type Tdb,
  TdbError,
  type TdbErrorCode,
  TdbFlag,
  TdbOpenFlag,
} from "../../../lib/tdb/mod.ts";
import { bytes, withDirectory } from "./support.ts";

/* What only a real file can do: be corrupt, full, read-only, or open twice. */

const A = bytes("a");
const PERSISTENT = { flags: TdbFlag.DISALLOW_NESTING, hashSize: 7 };

function lines() {
  const text: string[] = [];
  return { text, log: createLogger((level, _, line) => text.push(`${level} ${line}`), () => 10) };
}

function hasCode(...codes: TdbErrorCode[]) {
  return (error: unknown) => {
    assert.ok(error instanceof TdbError, String(error));
    assert.ok(codes.includes(error.code), error.message);
    return true;
  };
}

Deno.test("a file is opened once per process, by whatever name", () =>
  withDirectory((directory) => {
    const path = `${directory}/x.tdb`;
    const tdb = openTdb(path, PERSISTENT);
    Deno.symlinkSync(path, `${directory}/link.tdb`);
    Deno.linkSync(path, `${directory}/hard.tdb`);
    for (const name of ["x", "link", "hard"]) {
      assert.throws(
        () => openTdb(`${directory}/${name}.tdb`, PERSISTENT),
        /already open in this process/,
      );
    }
    tdb.close();
    openTdb(path, PERSISTENT).close();
  }));

Deno.test("records are read where they lie, also when changes are counted", () =>
  withDirectory((directory) => {
    const tdb = openTdb(`${directory}/x.tdb`, PERSISTENT);
    for (const round of ["", "counted"]) {
      if (round === "counted") tdb.enableSeqnum();
      tdb.chainLock(A);
      tdb.storeLocked(A, bytes(`value ${round}`));
      const seen = tdb.readLocked(A, (file, start, end) => ({
        value: file.slice(start, end),
        within: file.length >= tdb.mapSize && start > 0,
      }));
      tdb.chainUnlock(A);
      assert.deepEqual(seen, { value: bytes(`value ${round}`), within: true });
    }
    tdb.close();
  }));

Deno.test("a store that fails says so, in a chain that is as it should be, too", () =>
  withDirectory((directory) => {
    const tdb = openTdb(`${directory}/x.tdb`, PERSISTENT);
    tdb.enableSeqnum();
    tdb.store(A, bytes("before"));
    tdb.lockAllRead();
    for (const key of [A, bytes("new")]) {
      assert.throws(() => tdb.storeLocked(key, bytes("after")), hasCode("LOCK"));
      assert.throws(() => tdb.storeParts(key, A, A, false), hasCode("LOCK"));
    }
    tdb.unlockAllRead();
    assert.deepEqual(tdb.fetch(A), bytes("before"));
    assert.equal(tdb.fetch(bytes("new")), undefined);
    tdb.close();
  }));

Deno.test("a file that is not a TDB is refused and left as it is", () =>
  withDirectory((directory) => {
    const path = `${directory}/x.tdb`;
    Deno.writeTextFileSync(path, "precious".repeat(1000));
    const { text, log } = lines();
    assert.throws(() => openTdb(path, { ...PERSISTENT, log }), hasCode("IO", "CORRUPT"));
    assert.equal(Deno.readTextFileSync(path), "precious".repeat(1000));
    assert.match(describeLockHolders(path), /CORRUPT/);
    assert.ok(text.every((line) => !line.includes("%")), text.join("\n"));
  }));

Deno.test("damage is reported by check and in the log, and nothing is thrown away", () =>
  withDirectory((directory) => {
    const path = `${directory}/x.tdb`;
    const tdb = openTdb(path, PERSISTENT);
    for (let i = 0; i < 50; i++) tdb.store(bytes(`key${i}`), bytes(`value${i}`));
    tdb.close();
    const content = Deno.readFileSync(path);
    const at = new TextDecoder("latin1").decode(content).indexOf("key25value25");
    content.fill(0x41, at - 24, at);
    Deno.writeFileSync(path, content);
    const { text, log } = lines();
    const damaged = openTdb(path, { ...PERSISTENT, log });
    assert.equal(damaged.check(), false);
    const key = bytes("key25");
    for (
      const use of [
        () => damaged.fetch(key),
        () => damaged.exists(key),
        () => damaged.delete(key),
        () => damaged.exists(key),
        () => damaged.traverseRead(() => {}),
        () => damaged.scan(0, {}, () => {}),
      ]
    ) {
      const before = text.length;
      assert.throws(use, hasCode("CORRUPT"));
      assert.ok(text.length > before, `${use}: nothing in the log`);
    }
    damaged.close();
    assert.ok(text.some((line) => line.startsWith("0 ") && line.includes("0x41414141")), text[0]);
    assert.ok(text.every((line) => !line.includes("%")), text.join("\n"));
    assert.deepEqual(Deno.readFileSync(path), content);
    const again = openTdb(path, PERSISTENT);
    assert.throws(() => again.store(key, A), hasCode("CORRUPT"));
    again.close();
  }));

Deno.test("errors of open name the cause", () =>
  withDirectory((directory) => {
    const { text, log } = lines();
    const missing = `${directory}/none/x.tdb`;
    assert.throws(() => openTdb(missing, { log }), hasCode("NOEXIST"));
    assert.deepEqual(text, [
      `1 tdb_open_ex: could not open file ${missing}: No such file or directory`,
    ]);
    const path = `${directory}/x.tdb`;
    openTdb(path).close();
    const exclusive = TdbOpenFlag.RDWR | TdbOpenFlag.CREAT | TdbOpenFlag.EXCL;
    assert.throws(() => openTdb(path, { openFlags: exclusive }), hasCode("EXISTS"));
    assert.throws(() => openTdb(`${directory}/y.tdb`, { openFlags: 2 }), hasCode("NOEXIST"));
    assert.throws(() => openTdb(`${path}\0tail`), hasCode("EINVAL"));
    assert.throws(() => openTdb(`${path}/x`), hasCode("IO"));
  }));

Deno.test("a file that is opened for reading takes no writes", () =>
  withDirectory((directory) => {
    const path = `${directory}/x.tdb`;
    const writer = openTdb(path, PERSISTENT);
    writer.store(A, A);
    writer.close();
    const reader = openTdb(path, { openFlags: TdbOpenFlag.RDONLY });
    assert.deepEqual(reader.fetch(A), A);
    assert.throws(() => reader.store(A, A), hasCode("RDONLY"));
    assert.throws(() => reader.delete(A), hasCode("RDONLY"));
    assert.throws(() => reader.transactionStart(), hasCode("RDONLY", "EINVAL"));
    reader.close();
  }));

Deno.test("a new file has mode 0600", () =>
  withDirectory((directory) => {
    openTdb(`${directory}/x.tdb`).close();
    assert.equal(Deno.statSync(`${directory}/x.tdb`).mode! & 0o777, 0o600);
  }));

Deno.test("an internal TDB has no file", () => {
  const tdb = openTdb("internal", { flags: TdbFlag.INTERNAL, hashSize: 3 });
  tdb.store(A, A);
  assert.deepEqual(tdb.fetch(A), A);
  assert.equal(tdb.traverseChain(tdb.chainOf(A), () => {}), 1);
  tdb.close();
});

Deno.test("closing a file with held mutexes does not poison later locks", () =>
  withDirectory((directory) => {
    const takes: ((tdb: Tdb) => void)[] = [
      (tdb) => {
        tdb.chainLock(A);
        tdb.chainLock(A);
      },
      (tdb) => tdb.lockAll(),
      (tdb) => tdb.lockAllRead(),
      (tdb) => void tdb.tryFreelistLock(),
      (tdb) => tdb.transactionStart(),
    ];
    for (const [i, take] of takes.entries()) {
      const tdb = openTdb(`${directory}/${i}.tdb`, { flags: 0x1c41, hashSize: 7 });
      take(tdb);
      tdb.close();
    }
    const next = openTdb(`${directory}/next.tdb`, { flags: 0x1c41, hashSize: 7 });
    next.chainLock(A);
    next.store(A, A);
    next.chainUnlock(A);
    next.close();
  }));
