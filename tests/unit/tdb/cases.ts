import assert from "node:assert/strict";
import {
  type RecordVisitor,
  type ScanResult,
  type Tdb,
  TdbError,
  type TdbErrorCode,
  TdbFlag,
} from "../../../lib/tdb/mod.ts";
import { LOADER_CASES } from "./loader-cases.ts";
import { bytes } from "./support.ts";

/** Opens an empty TDB with these flags; the case closes it. */
export type OpenCase = (flags: number, hashSize: number) => Tdb;

const VOLATILE = TdbFlag.NOSYNC | TdbFlag.CLEAR_IF_FIRST | TdbFlag.INCOMPATIBLE_HASH |
  TdbFlag.DISALLOW_NESTING;
/** The flag words of the daemon's databases (`records.md` 1.5). */
const KINDS = {
  volatile: VOLATILE | TdbFlag.MUTEX_LOCKING,
  replicated: VOLATILE,
  persistent: TdbFlag.DISALLOW_NESTING,
};
const A = bytes("a");
const B = bytes("b");
const NONE = new Uint8Array();

/** A copy of the value of a record whose chain is locked. */
function valueLocked(tdb: Tdb, key: Uint8Array): Uint8Array | undefined {
  return tdb.readLocked(key, (bytes, start, end) => bytes.slice(start, end));
}

function throwsCode(code: TdbErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof TdbError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

function content(tdb: Tdb): Record<string, string> {
  const found: Record<string, string> = {};
  tdb.traverseRead((key, value) => {
    found[key.toHex()] = value.toHex();
  });
  return found;
}

/** What every {@link Tdb} does, whatever its flags. */
const CASES: Record<string, (tdb: Tdb) => void> = {
  ...LOADER_CASES,
  "a stored record is fetched, parsed, found and deleted": (tdb) => {
    tdb.store(A, bytes("value"));
    assert.deepEqual(tdb.fetch(A), bytes("value"));
    assert.equal(tdb.parse(A, (value) => value.length), 5);
    assert.equal(tdb.exists(A), true);
    assert.equal(tdb.delete(A), true);
    assert.equal(tdb.fetch(A), undefined);
    assert.equal(tdb.parse(A, () => assert.fail("no record")), undefined);
    assert.equal(tdb.exists(A), false);
    assert.equal(tdb.delete(A), false);
  },
  "records under a lock: fetched, replaced, grown, and the file stays sound": (tdb) => {
    const keys = Array.from({ length: 300 }, (_, i) => bytes(`key ${i}`));
    for (const round of [1, 40, 7, 0, 5000]) {
      for (const key of keys) {
        tdb.chainLock(key);
        tdb.storeLocked(key, new Uint8Array(round).fill(round));
        tdb.chainUnlock(key);
      }
      for (const key of keys) {
        tdb.chainLock(key);
        assert.deepEqual(valueLocked(tdb, key), new Uint8Array(round).fill(round));
        tdb.chainUnlock(key);
        assert.deepEqual(tdb.fetch(key), new Uint8Array(round).fill(round));
      }
      assert.equal(tdb.check(), true);
    }
    for (const key of keys.slice(0, 100)) tdb.delete(key);
    for (const [i, key] of keys.entries()) {
      assert.equal(valueLocked(tdb, key)?.length, i < 100 ? undefined : 5000);
    }
    assert.equal(valueLocked(tdb, bytes("nobody")), undefined);
    assert.equal(tdb.check(), true);
  },
  "records under a lock: stored in two parts, of which the second may stay": (tdb) => {
    const begin = (mark: number) => new Uint8Array(24).fill(mark);
    const store = (mark: number, rest: Uint8Array, restStays: boolean) => {
      tdb.chainLock(A);
      tdb.storeParts(A, begin(mark), rest, restStays);
      tdb.chainUnlock(A);
      assert.deepEqual(tdb.fetch(A), new Uint8Array([...begin(mark), ...rest]));
      assert.equal(tdb.check(), true);
    };
    // Of a record that is not there, or that has another length, all is written.
    store(1, bytes("rest"), true);
    store(2, bytes("rest"), true);
    store(3, bytes("longer than the rest before"), true);
    store(4, NONE, true);
    for (const length of [1, 255, 256, 257, 70_000, 300]) {
      store(5, new Uint8Array(length).fill(length), false);
      store(6, new Uint8Array(length).fill(length), true);
    }
    tdb.transactionStart();
    tdb.storeParts(A, begin(7), bytes("within"), false);
    tdb.storeParts(A, begin(8), bytes("within"), true);
    tdb.transactionCommit();
    assert.deepEqual(tdb.fetch(A), new Uint8Array([...begin(8), ...bytes("within")]));
  },
  "records under a lock: each change is counted once that is enabled": (tdb) => {
    tdb.enableSeqnum();
    const counts = (change: () => void) => {
      const before = tdb.seqnum();
      tdb.chainLock(A);
      change();
      tdb.chainUnlock(A);
      assert.ok(tdb.seqnum() > before, `${before} stays`);
      assert.equal(tdb.check(), true);
    };
    for (const length of [3, 3, 2, 0, 3, 400, 70_000, 5]) {
      const value = new Uint8Array(length).fill(length);
      counts(() => tdb.storeLocked(A, value));
      assert.deepEqual(valueLocked(tdb, A), value);
      for (const restStays of [false, true]) {
        counts(() => tdb.storeParts(A, B, value, restStays));
        assert.deepEqual(valueLocked(tdb, A), new Uint8Array([...B, ...value]));
      }
    }
    tdb.lockAll();
    for (const what of ["a record that is new", "one that is there"]) {
      const before = tdb.seqnum();
      const loader = tdb.loader(100_000);
      loader.store({ bytes: bytes("keyvalue"), key: 0, data: 3, end: 8 });
      loader.finish();
      assert.ok(tdb.seqnum() > before, `${what} was loaded and is not counted`);
    }
    tdb.unlockAll();
    assert.deepEqual(tdb.fetch(bytes("key")), bytes("value"));
  },
  "records under a lock: a transaction is seen by whoever has it": (tdb) => {
    tdb.store(A, bytes("before"));
    tdb.transactionStart();
    tdb.storeLocked(A, bytes("within"));
    assert.deepEqual(valueLocked(tdb, A), bytes("within"));
    tdb.transactionCancel();
    assert.deepEqual(valueLocked(tdb, A), bytes("before"));
  },
  "empty keys and values are records": (tdb) => {
    tdb.store(A, NONE);
    tdb.store(NONE, B);
    assert.deepEqual(tdb.fetch(A), NONE);
    assert.equal(tdb.parse(A, (value) => value.length), 0);
    assert.deepEqual(tdb.fetch(NONE), B);
    tdb.store(NONE, NONE);
    assert.deepEqual(content(tdb), { "61": "", "": "" });
    assert.equal(tdb.delete(NONE), true);
    assert.equal(tdb.exists(NONE), false);
  },
  "store keeps the bytes of a view, not its buffer": (tdb) => {
    const buffer = bytes("xxkeyvaluexx");
    const key = buffer.subarray(2, 5);
    tdb.store(key, buffer.subarray(5, 10));
    buffer.fill(0);
    assert.deepEqual(tdb.fetch(bytes("key")), bytes("value"));
  },
  "values larger than the parse buffer": (tdb) => {
    const large = new Uint8Array(300_000).map((_, i) => i * 31);
    tdb.store(A, large);
    assert.deepEqual(tdb.fetch(A), large);
    assert.deepEqual(tdb.parse(A, (value) => value.slice(-3)), large.slice(-3));
  },
  "insert and modify": (tdb) => {
    throwsCode("NOEXIST", () => tdb.store(A, B, "modify"));
    tdb.store(A, A, "insert");
    throwsCode("EXISTS", () => tdb.store(A, B, "insert"));
    assert.deepEqual(tdb.fetch(A), A);
    tdb.store(A, B, "modify");
    assert.deepEqual(tdb.fetch(A), B);
  },
  "parse nests and passes on what its reader throws": (tdb) => {
    tdb.store(A, bytes("outer"));
    tdb.store(B, bytes("inner"));
    tdb.parse(A, (outer) => {
      assert.deepEqual(tdb.parse(B, (inner) => inner.slice()), bytes("inner"));
      assert.deepEqual(outer.slice(), bytes("outer"));
    });
    assert.throws(() =>
      tdb.parse(A, () => {
        throw new RangeError("reader");
      }), /reader/);
    assert.deepEqual(tdb.fetch(A), bytes("outer"));
  },
  "traverse sees every record, and may delete them": (tdb) => {
    for (let i = 0; i < 50; i++) tdb.store(bytes(`key${i}`), bytes(`${i}`));
    assert.equal(Object.keys(content(tdb)).length, 50);
    assert.equal(tdb.traverse((key) => void tdb.delete(key)), 50);
    assert.deepEqual(content(tdb), {});
  },
  "a visitor may stop, throw, fetch and walk again": (tdb) => {
    for (let i = 0; i < 20; i++) tdb.store(bytes(`key${i}`), NONE);
    assert.equal(tdb.traverse(() => false), 1);
    assert.equal(tdb.traverseRead(() => false), 1);
    assert.throws(() =>
      tdb.traverse(() => {
        throw new RangeError("visitor");
      }), /visitor/);
    let inner = 0;
    tdb.traverse((key) => {
      assert.deepEqual(tdb.fetch(key), NONE);
      inner += tdb.traverse(() => {});
    });
    assert.equal(inner, 400);
  },
  "nothing is written in a walk under read locks": (tdb) => {
    tdb.store(A, A);
    const attempts = [
      () => tdb.traverseRead((key) => tdb.store(key, B)),
      () => tdb.traverseRead((key) => void tdb.delete(key)),
      () => tdb.traverseChain(tdb.chainOf(A), (key) => tdb.store(key, B)),
      () => void tdb.scan(0, {}, (key) => tdb.store(key, B)),
    ];
    for (const attempt of attempts) throwsCode("RDONLY", attempt);
    tdb.store(A, B);
    assert.deepEqual(tdb.fetch(A), B);
  },
  "every record is in the chain that chainOf names": (tdb) => {
    for (let length = 0; length < 30; length++) {
      tdb.store(new Uint8Array(length).map((_, i) => 251 * (i + length)), NONE);
    }
    let seen = 0;
    for (let chain = 0; chain < tdb.hashSize; chain++) {
      seen += tdb.traverseChain(chain, (key) => assert.equal(tdb.chainOf(key), chain));
    }
    assert.equal(seen, 30);
    throwsCode("EINVAL", () => tdb.traverseChain(tdb.hashSize, () => {}));
  },
  "scan goes on where it stopped": (tdb) => {
    for (let i = 0; i < 100; i++) tdb.store(bytes(`key${i}`), NONE);
    const seen = new Set<string>();
    let pieces = 0;
    for (let next: number | undefined = 0; next !== undefined; pieces++) {
      const limit = pieces % 2 ? { records: 9 } : { chains: 3 };
      const result = tdb.scan(next, limit, (key) => void seen.add(key.toHex()));
      assert.equal(result.busy, false);
      next = result.next;
    }
    assert.equal(seen.size, 100);
    assert.ok(pieces > 2 && pieces <= tdb.hashSize);
    assert.deepEqual(tdb.scan(0, {}, () => false), { next: undefined, records: 1, busy: false });
    assert.equal(tdb.scan(tdb.hashSize, {}, () => assert.fail()).next, undefined);
  },
  "a scan in place shows what a scan copies": (tdb) => {
    for (let i = 0; i < 300; i++) tdb.store(bytes(`key${i}`), bytes("v".repeat(i)));
    for (let i = 0; i < 300; i += 3) tdb.delete(bytes(`key${i}`));
    const all = (scan: (from: number, see: RecordVisitor) => ScanResult) => {
      const seen: string[] = [];
      for (let next: number | undefined = 0; next !== undefined;) {
        ({ next } = scan(next, (key, value) => void seen.push(`${key.toHex()} ${value.toHex()}`)));
      }
      return seen.toSorted();
    };
    const limit = { records: 20 };
    const inPlace = () =>
      all((from, see) =>
        tdb.scanInPlace(
          from,
          limit,
          (bytes, key, data, end) => see(bytes.subarray(key, data), bytes.subarray(data, end)),
        )
      );
    for (const locked of [false, true]) {
      if (locked) tdb.lockAll();
      assert.deepEqual(inPlace(), all((from, see) => tdb.scan(from, limit, see)));
      assert.equal(inPlace().length, 200);
      assert.deepEqual(tdb.scanInPlace(0, {}, () => false), {
        next: undefined,
        records: 1,
        busy: false,
      });
      if (locked) tdb.unlockAll();
    }
  },
  "storeFirst takes the first bytes of both arrays": (tdb) => {
    const key = new Uint8Array(64).fill(0x6b);
    const value = new Uint8Array(64).map((_, i) => i);
    tdb.storeFirst(key, 3, value, 40);
    assert.deepEqual(tdb.fetch(bytes("kkk")), value.slice(0, 40));
    tdb.storeFirst(key, 3, value, 0);
    assert.deepEqual(tdb.fetch(bytes("kkk")), NONE);
    assert.equal(tdb.traverseRead(() => {}), 1);
  },
  "a scan under the lock over all chains sees what is there": (tdb) => {
    const content = () => {
      const keys: string[] = [];
      const { next } = tdb.scan(0, {}, (key) => void keys.push(key.toHex()));
      assert.equal(next, undefined);
      return keys.sort();
    };
    const fill = (from: number, to: number) => {
      for (let i = from; i < to; i++) tdb.store(bytes(`key${i}`), NONE);
    };
    fill(0, 5);
    const before = content();
    for (
      const [lock, unlock] of [
        [() => tdb.lockAll(), () => tdb.unlockAll()],
        [() => assert.ok(tdb.tryLockAll()), () => tdb.unlockAll()],
      ] as const
    ) {
      lock();
      assert.deepEqual(content(), before);
      fill(5, 60);
      assert.equal(content().length, 60);
      for (let i = 5; i < 60; i++) tdb.delete(bytes(`key${i}`));
      assert.deepEqual(content(), before);
      unlock();
      assert.deepEqual(content(), before);
    }
    tdb.transactionStart();
    fill(5, 30);
    assert.equal(content().length, 30);
    tdb.transactionCancel();
    assert.deepEqual(content(), before);
    tdb.lockAll();
    tdb.wipe();
    assert.deepEqual(content(), []);
    tdb.unlockAll();
  },
  "chain locks nest and serve reads and writes": (tdb) => {
    tdb.chainLock(A);
    assert.equal(tdb.tryChainLock(A), true);
    tdb.chainLockRead(A);
    tdb.store(A, B);
    assert.deepEqual(tdb.fetch(A), B);
    throwsCode("LOCK", () => tdb.tryLockAll());
    throwsCode("LOCK", () => tdb.transactionStart());
    throwsCode("LOCK", () => tdb.wipe());
    tdb.chainUnlockRead(A);
    tdb.chainUnlock(A);
    tdb.chainUnlock(A);
    throwsCode("NOLOCK", () => tdb.chainUnlock(A));
    throwsCode("NOLOCK", () => tdb.chainUnlockRead(A));
    throwsCode("NOLOCK", () => tdb.chainLockUnmark(A));
  },
  "the lock over all chains covers each of them": (tdb) => {
    tdb.lockAll();
    tdb.chainLock(A);
    tdb.store(A, B);
    tdb.chainUnlock(A);
    tdb.lockAll();
    throwsCode("LOCK", () => tdb.transactionStart());
    tdb.unlockAll();
    tdb.unlockAll();
    throwsCode("NOLOCK", () => tdb.unlockAll());
    throwsCode("NOLOCK", () => tdb.unlockAllRead());
    throwsCode("NOLOCK", () => tdb.lockAllUnmark());
  },
  "the read lock over all chains allows no write": (tdb) => {
    tdb.store(A, A);
    tdb.lockAllRead();
    assert.deepEqual(tdb.fetch(A), A);
    tdb.chainLockRead(A);
    tdb.chainUnlockRead(A);
    throwsCode("LOCK", () => tdb.store(A, B));
    throwsCode("LOCK", () => tdb.tryChainLock(A));
    tdb.unlockAllRead();
    tdb.store(A, B);
  },
  "marks count like locks": (tdb) => {
    tdb.chainLockMark(A);
    tdb.chainLock(A);
    tdb.store(A, B);
    tdb.chainUnlock(A);
    throwsCode("LOCK", () => tdb.transactionStart());
    tdb.chainLockUnmark(A);
    tdb.lockAllMark();
    tdb.transactionLockMark();
    tdb.store(B, B);
    assert.equal(tdb.traverse(() => {}), 2);
    tdb.transactionLockUnmark();
    tdb.lockAllUnmark();
    tdb.transactionStart();
    tdb.transactionCancel();
  },
  "the free-list lock": (tdb) => {
    assert.equal(tdb.tryFreelistLock(), true);
    tdb.store(A, B);
    assert.equal(tdb.delete(A), true);
    tdb.freelistUnlock();
    throwsCode("NOLOCK", () => tdb.freelistUnlock());
  },
  "a transaction is stored by commit and undone by cancel": (tdb) => {
    tdb.store(A, A);
    tdb.transactionStart();
    assert.equal(tdb.inTransaction, true);
    tdb.store(B, B);
    tdb.delete(A);
    assert.deepEqual(content(tdb), { "62": "62" });
    tdb.transactionCancel();
    assert.equal(tdb.inTransaction, false);
    assert.deepEqual(content(tdb), { "61": "61" });
    assert.equal(tdb.tryTransactionStart(), true);
    tdb.store(B, B);
    tdb.chainLock(A);
    tdb.chainUnlock(A);
    tdb.transactionPrepareCommit();
    assert.deepEqual(tdb.fetch(B), B);
    tdb.transactionCommit();
    assert.deepEqual(content(tdb), { "61": "61", "62": "62" });
  },
  "transactions do not nest, end twice or take writes after prepare": (tdb) => {
    throwsCode("EINVAL", () => tdb.transactionCommit());
    throwsCode("EINVAL", () => tdb.transactionPrepareCommit());
    throwsCode("EINVAL", () => tdb.transactionCancel());
    tdb.transactionStart();
    throwsCode("NESTING", () => tdb.transactionStart());
    throwsCode("NESTING", () => tdb.tryTransactionStart());
    throwsCode("NESTING", () => tdb.repack());
    tdb.store(A, A);
    tdb.transactionPrepareCommit();
    throwsCode("EINVAL", () => tdb.store(B, B));
    throwsCode("IO", () => tdb.transactionCommit());
    assert.equal(tdb.inTransaction, false);
    assert.deepEqual(content(tdb), {});
  },
  "prepared twice, a transaction is given up": (tdb) => {
    tdb.transactionStart();
    tdb.store(A, A);
    tdb.transactionPrepareCommit();
    throwsCode("EINVAL", () => tdb.transactionPrepareCommit());
    assert.equal(tdb.inTransaction, false);
    throwsCode("EINVAL", () => tdb.transactionCommit());
  },
  "wipe in a transaction can be undone": (tdb) => {
    tdb.store(A, A);
    tdb.transactionStart();
    tdb.wipe();
    assert.deepEqual(content(tdb), {});
    tdb.transactionCancel();
    assert.deepEqual(content(tdb), { "61": "61" });
    tdb.wipe();
    assert.deepEqual(content(tdb), {});
  },
  "the sequence number counts changes once it is enabled": (tdb) => {
    const counted = (change: () => void) => {
      const before = tdb.seqnum();
      change();
      return tdb.seqnum() - before;
    };
    assert.equal(counted(() => tdb.store(A, A)), 0);
    assert.equal(counted(() => tdb.incrementSeqnumNonblock()), 0);
    tdb.enableSeqnum();
    assert.equal(tdb.flags & TdbFlag.SEQNUM, TdbFlag.SEQNUM);
    assert.equal(counted(() => tdb.store(A, A)), 1);
    assert.equal(counted(() => tdb.delete(A)), 1);
    assert.equal(counted(() => tdb.delete(A)), 0);
    assert.equal(counted(() => tdb.incrementSeqnumNonblock()), 1);
    assert.equal(counted(() => tdb.wipe()), 1);
    assert.equal(counted(() => tdb.repack()), 1);
    const change = () => {
      tdb.transactionStart();
      tdb.store(A, A);
      tdb.store(B, B);
    };
    assert.equal(counted(() => (change(), tdb.transactionCommit())), 2);
    assert.equal(counted(() => (change(), tdb.transactionCancel())), 0);
  },
  "upkeep": (tdb) => {
    tdb.setMaxDead(5);
    for (let i = 0; i < 200; i++) tdb.store(bytes(`key${i}`), new Uint8Array(i));
    for (let i = 0; i < 200; i += 2) tdb.delete(bytes(`key${i}`));
    assert.ok(tdb.freelistSize() > 0);
    assert.equal(tdb.check(), true);
    const before = content(tdb);
    tdb.repack();
    assert.deepEqual(content(tdb), before);
    assert.equal(tdb.check(), true);
    assert.ok(tdb.mapSize > 100 * 100);
  },
  "flags come and go": (tdb) => {
    const { flags } = tdb;
    tdb.addFlags(TdbFlag.NOLOCK);
    assert.equal(tdb.flags, flags | TdbFlag.NOLOCK);
    tdb.removeFlags(TdbFlag.NOLOCK);
    assert.equal(tdb.flags, flags);
  },
  "the freeze recipe: a transaction under NOLOCK, work under marks": (tdb) => {
    tdb.store(A, A);
    tdb.addFlags(TdbFlag.NOLOCK);
    tdb.transactionStart();
    tdb.removeFlags(TdbFlag.NOLOCK);
    tdb.lockAllMark();
    tdb.transactionLockMark();
    tdb.wipe();
    tdb.store(B, B);
    assert.equal(tdb.traverseRead(() => {}), 1);
    tdb.transactionLockUnmark();
    tdb.lockAllUnmark();
    tdb.addFlags(TdbFlag.NOLOCK);
    tdb.transactionCommit();
    tdb.removeFlags(TdbFlag.NOLOCK);
    assert.deepEqual(content(tdb), { "62": "62" });
  },
  "a closed handle does nothing any more": (tdb) => {
    tdb.close();
    tdb.close();
    throwsCode("EINVAL", () => tdb.fetch(A));
    throwsCode("EINVAL", () => tdb.store(A, A));
    throwsCode("EINVAL", () => tdb.tryChainLock(A));
    throwsCode("EINVAL", () => tdb.traverse(() => {}));
  },
};

/** Registers all cases, for each kind of database, over one implementation. */
export function tdbCases(name: string, open: OpenCase): void {
  for (const [kind, flags] of Object.entries(KINDS)) {
    for (const [text, run] of Object.entries(CASES)) {
      Deno.test(`${name} ${kind}: ${text}`, () => {
        const tdb = open(flags, 17);
        try {
          assert.equal(tdb.hashSize, 17);
          assert.equal(tdb.flags, flags);
          run(tdb);
        } finally {
          tdb.close();
        }
      });
    }
  }
  Deno.test(`${name}: nested transactions where they are allowed`, () => {
    const tdb = open(TdbFlag.ALLOW_NESTING, 0);
    tdb.transactionStart();
    tdb.transactionStart();
    tdb.store(A, A);
    tdb.transactionCommit();
    assert.equal(tdb.inTransaction, true);
    tdb.transactionCommit();
    assert.equal(tdb.inTransaction, false);
    assert.deepEqual(tdb.fetch(A), A);
    assert.equal(tdb.hashSize, 131);
    tdb.close();
  });
}
