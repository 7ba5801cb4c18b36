/** A value with what it is of. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Behind the name of the family: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

/** A metric with all its values. */
export interface MetricFamily {
  /** Without `_total`. */
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram" | "info";
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** How metrics are written. */
export type Exposition = "prometheus" | "openmetrics";

/** The text of metrics, as Prometheus or OpenMetrics have it. */
export function writeMetrics(families: readonly MetricFamily[], form: Exposition): string {
  const text = families.filter(({ samples }) => samples.length > 0)
    .map((family) => familyText(family, form)).join("");
  return form === "openmetrics" ? `${text}# EOF\n` : text;
}

function familyText({ name, type, help, samples }: MetricFamily, form: Exposition): string {
  const ending = type === "counter" ? "_total" : type === "info" ? "_info" : "";
  const title = form === "openmetrics" ? name : name + ending;
  const shownType = form === "prometheus" && type === "info" ? "gauge" : type;
  const lines = samples.map(({ labels = {}, value, suffix }) =>
    `${name}${suffix ?? ending}${labelsText(labels)} ${numberText(value)}\n`
  );
  return `# HELP ${title} ${help}\n# TYPE ${title} ${shownType}\n${lines.join("")}`;
}

function labelsText(labels: Readonly<Record<string, string | number>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escape(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => character === "\n" ? "\\n" : `\\${character}`);
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

/** A gauge, 0 or 1 for a condition. */
export function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, type: "gauge", help, samples };
}

/** Something that only grows, until the daemon restarts. */
export function counter(
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name, type: "counter", help, samples };
}

/** How often each of some classes of values came up. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds upper bounds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at >= 0) this.#counts[at]!++;
  }

  samples(labels: Readonly<Record<string, string | number>> = {}): MetricSample[] {
    return histogramSamples(this.#bounds, this.#counts, this.#sum, this.#count, labels);
  }
}

/** The samples of a histogram that somebody else has counted; `counts` are of each class alone. */
export function histogramSamples(
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
  total: number,
  labels: Readonly<Record<string, string | number>>,
): MetricSample[] {
  let below = 0;
  const buckets = bounds.map((bound, i) => {
    below += counts[i] ?? 0;
    return { suffix: "_bucket", labels: { ...labels, le: boundText(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: total },
    { suffix: "_sum", labels, value: sum },
    { suffix: "_count", labels, value: total },
  ];
}

/** OpenMetrics wants numbers of one form, as a float has it. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}
