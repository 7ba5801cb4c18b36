import { Encoder } from "cbor-x/encode";
import { problemDocument } from "./problem.ts";

/** Plain maps and arrays as RFC 8949 has them: nothing that only cbor-x reads. */
const encoder = new Encoder({ useRecords: false, variableMapSize: true });

/** A value in CBOR. */
export function toCbor(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encoder.encode(value));
}

/** Whether a request would rather have one media type than another, which is what it gets without a wish. */
export function prefers(accept: string | undefined, wanted: string, usual: string): boolean {
  if (accept === undefined) return false;
  return qualityOf(accept, wanted) > qualityOf(accept, usual);
}

/** The quality that an Accept header gives a media type (RFC 9110, 12.5.1). */
function qualityOf(accept: string, type: string): number {
  const [main] = type.split("/");
  let best = { specificity: -1, quality: 0 };
  for (const part of accept.split(",").slice(0, 32)) {
    const [range = "", ...parameters] = part.split(";").map((word) => word.trim().toLowerCase());
    const specificity = range === type ? 2 : range === `${main}/*` ? 1 : range === "*/*" ? 0 : -1;
    if (specificity < best.specificity || specificity < 0) continue;
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    best = { specificity, quality: Number.isFinite(quality) ? quality : 0 };
  }
  return best.quality;
}

/** A document in the representation that the request prefers: JSON unless it says CBOR. */
export function documentResponse(
  document: unknown,
  accept: string | undefined,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = { "cache-control": "no-store", vary: "Accept", ...headers };
  if (prefers(accept, "application/cbor", "application/json")) {
    return new Response(toCbor(document), {
      status,
      headers: { ...all, "content-type": "application/cbor" },
    });
  }
  return new Response(`${JSON.stringify(document)}\n`, {
    status,
    headers: { ...all, "content-type": "application/json" },
  });
}

/** An RFC 9457 document. */
export function problemResponse(
  status: number,
  detail: string,
  accept: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const document = problemDocument(status, detail);
  const all = { "cache-control": "no-store", vary: "Accept", ...headers };
  if (prefers(accept, "application/cbor", "application/json")) {
    const more = { ...all, "content-type": "application/cbor" };
    return new Response(toCbor(document), { status, headers: more });
  }
  return new Response(`${JSON.stringify(document)}\n`, {
    status,
    headers: { ...all, "content-type": "application/problem+json" },
  });
}
