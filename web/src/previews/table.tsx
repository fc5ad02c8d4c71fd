/** The first rows of a table, and what its columns hold. */
import { count, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import type { Column, TablePreview } from "./types";

const words = text.preview;
const cell = "max-w-72 truncate border-b border-line px-2 py-1 text-left";

export function TableOf({ of }: { of: TablePreview }) {
  const isNumber = of.columns.map(
    (column) => column.type === "integer" || column.type === "number",
  );
  const total = of.total_rows ?? (of.complete ? of.rows_read : null);
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="mb-1 text-xs text-muted">
          {total === null
            ? text.artifacts.firstRowsOnly(count(of.rows.length))
            : text.artifacts.firstRows(count(of.rows.length), count(total))}
          {of.columns_left_out ? `; ${words.columnsLeftOut(count(of.columns_left_out))}` : ""}
        </p>
        <div
          role="group"
          aria-label={text.artifacts.preview}
          tabIndex={0}
          className="max-h-[55dvh] overflow-auto rounded-md border border-line"
        >
          <table className="min-w-full border-separate border-spacing-0 text-xs">
            <thead>
              <tr>
                {of.columns.map((column, index) => (
                  <th
                    key={column.name}
                    scope="col"
                    className={`${cell} sticky top-0 bg-canvas font-medium ${isNumber[index] ? "text-right!" : ""}`}
                  >
                    {visible(column.name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {of.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
                <tr key={index}>
                  {row.map((value, at) => (
                    <td
                      key={of.columns[at]?.name ?? at}
                      title={visible(value ?? "")}
                      className={`${cell} ${isNumber[at] ? "text-right!" : ""}`}
                    >
                      {value === null ? (
                        <span className="text-faint">{text.none}</span>
                      ) : (
                        visible(value)
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <Statistics of={of} />
    </div>
  );
}

function Statistics({ of }: { of: TablePreview }) {
  const titles = [
    words.column,
    words.columnType,
    words.missing,
    words.distinct,
    words.range,
    words.mean,
    words.frequent,
  ];
  return (
    <details open={of.columns.length <= 20}>
      <summary className="text-xs font-medium">{words.statistics(count(of.rows_read))}</summary>
      <div
        role="group"
        aria-label={words.statistics(count(of.rows_read))}
        tabIndex={0}
        className="mt-1 overflow-x-auto"
      >
        <table className="min-w-full text-xs">
          <thead className="text-muted">
            <tr>
              {titles.map((title) => (
                <th key={title} scope="col" className={`${cell} font-medium`}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.columns.map((column) => (
              <ColumnRow key={column.name} of={column} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function ColumnRow({ of }: { of: Column }) {
  const shown = (value: number | string | null | undefined) =>
    value === null || value === undefined
      ? ""
      : typeof value === "number"
        ? number(value)
        : visible(value);
  const range =
    of.min === null || of.min === undefined ? "" : `${shown(of.min)} … ${shown(of.max)}`;
  const frequent = (of.top ?? [])
    .slice(0, 3)
    .map((one) => `${visible(one.value)} (${count(one.count)})`);
  return (
    <tr>
      <th scope="row" className={`${cell} font-medium`}>
        {visible(of.name)}
      </th>
      <td className={cell}>{words.types[of.type]}</td>
      <td className={cell}>{count(of.missing ?? 0)}</td>
      <td className={cell}>
        {count(of.distinct ?? 0)}
        {of.distinct_more ? "+" : ""}
      </td>
      <td className={cell}>{range}</td>
      <td className={cell}>{shown(of.mean)}</td>
      <td className={cell}>{frequent.join(", ")}</td>
    </tr>
  );
}
