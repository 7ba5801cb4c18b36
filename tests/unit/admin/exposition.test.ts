/** The text of metrics. */
import assert from "node:assert/strict";
import {
  counter,
  gauge,
  Histogram,
  type MetricFamily,
  writeMetrics,
} from "../../../lib/admin/metrics/exposition.ts";

const histogram = new Histogram([0.1, 1]);
for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value);

const families: readonly MetricFamily[] = [
  { name: "ctdb_build", type: "info", help: "The program.", samples: [{ value: 1 }] },
  gauge("ctdb_link_up", "Up.", [{ labels: { pnn: 1, name: 'a"b\\c\nd' }, value: 0 }]),
  counter("ctdb_calls", "Calls.", [{ value: 7 }]),
  { name: "ctdb_time_seconds", type: "histogram", help: "Time.", samples: histogram.samples() },
  gauge("ctdb_nothing", "Without a value.", []),
];

Deno.test("Prometheus text", () => {
  assert.equal(
    writeMetrics(families, "prometheus"),
    `# HELP ctdb_build_info The program.
# TYPE ctdb_build_info gauge
ctdb_build_info 1
# HELP ctdb_link_up Up.
# TYPE ctdb_link_up gauge
ctdb_link_up{pnn="1",name="a\\"b\\\\c\\nd"} 0
# HELP ctdb_calls_total Calls.
# TYPE ctdb_calls_total counter
ctdb_calls_total 7
# HELP ctdb_time_seconds Time.
# TYPE ctdb_time_seconds histogram
ctdb_time_seconds_bucket{le="0.1"} 2
ctdb_time_seconds_bucket{le="1.0"} 3
ctdb_time_seconds_bucket{le="+Inf"} 4
ctdb_time_seconds_sum 3.65
ctdb_time_seconds_count 4
`,
  );
});

Deno.test("OpenMetrics names families without their endings, and has an end", () => {
  const text = writeMetrics(families, "openmetrics");
  assert.match(text, /^# TYPE ctdb_build info\nctdb_build_info 1$/m);
  assert.match(text, /^# TYPE ctdb_calls counter\nctdb_calls_total 7$/m);
  assert.ok(text.endsWith("\n# EOF\n"));
});
