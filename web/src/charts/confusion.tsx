/** A confusion matrix: a table whose cells are shaded by their part of the row. */
import { number } from "@/format/amounts";
import { visible } from "@/format/safety";
import type { Matrix } from "@/previews/types";
import { text } from "@/text/en";

const words = text.charts;

export function ConfusionMatrix({ labels, matrix }: Matrix) {
  return (
    <div role="group" aria-label={words.confusion} tabIndex={0} className="overflow-x-auto">
      <table className="border-separate border-spacing-0.5 text-xs">
        <caption className="sr-only">{words.confusion}</caption>
        <thead>
          <tr>
            <td className="pr-3 text-muted">
              {words.actual} ↓ / {words.predicted} →
            </td>
            {labels.map((label) => (
              <th key={label} scope="col" className="max-w-32 truncate px-2 py-1 font-medium">
                {visible(label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, index) => {
            const total = row.reduce((sum, value) => sum + value, 0) || 1;
            return (
              <tr key={labels[index] ?? index}>
                <th scope="row" className="max-w-40 truncate pr-3 text-right font-medium">
                  {visible(labels[index] ?? "")}
                </th>
                {row.map((value, column) => (
                  <td
                    key={labels[column] ?? column}
                    className="h-10 min-w-16 rounded-sm px-2 text-center tabular-nums"
                    style={{
                      background: `color-mix(in srgb, var(--accent) ${Math.round((42 * value) / total)}%, var(--sunken))`,
                    }}
                  >
                    {number(value)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
