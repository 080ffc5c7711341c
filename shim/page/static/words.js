// Figures and times as people read them.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export const count = (n) => whole.format(n);
export const brief = (n) => (n < 10_000 ? whole.format(n) : short.format(n));
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function percent(share, digits = 1) {
  if (share === null || share === undefined) return "no data";
  const value = 100 * share;
  // 99.97 % is not 100 %: a figure is never rounded up to "all", nor down to "none".
  if (value < 100 && value > 100 - 0.5 * 10 ** -digits) return `>${(100 - 10 ** -digits).toFixed(digits)} %`;
  return `${value.toFixed(value === 100 || value === 0 ? 0 : digits)} %`;
}

export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 0.001) return `${(value * 1e6).toFixed(0)} µs`;
  if (value < 1) return `${(value * 1e3).toFixed(value < 0.01 ? 1 : 0)} ms`;
  if (value < 100) return `${value.toFixed(1)} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  if (value < 129_600) return `${Math.round(value / 3600)} h`;
  return `${Math.round(value / 86_400)} days`;
}

export function bytes(value) {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return `${value} B`;
}

export const moment = (at) => clock.format(new Date(at * 1000));

export function ago(at, now = Date.now() / 1000) {
  const since = now - at;
  if (since < 1.5) return "just now";
  return `${seconds(Math.round(since)).replace(".0 ", " ")} ago`;
}
