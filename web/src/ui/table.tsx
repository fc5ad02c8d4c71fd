/**
 * A table of any length: only the rows in sight are in the document, and more are asked for at the end.
 *
 * Arrow keys (or j and k) go from row to row, Enter follows the row's link, x selects.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { text } from "@/text/en";

export interface Column<Row> {
  id: string;
  title: string;
  /** Width in pixels; the first column grows. */
  width: number;
  /** Name by which the server sorts, if it can. */
  sort?: string;
  end?: boolean;
  render: (row: Row) => ReactNode;
}

export interface Selection {
  has: (key: string) => boolean;
  toggle: (key: string) => void;
  all: boolean;
  toggleAll: () => void;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowName: (row: Row) => string;
  total?: number | null;
  /** `name` or `-name`. */
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection;
  onEnd?: () => void;
  rowHeight?: number;
}

export function Table<Row>(props: Props<Row>) {
  const { columns, rows, rowKey, selection, onEnd, rowHeight = 37 } = props;
  const view = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 15) {
      onEnd();
    }
  }, [onEnd, last, rows.length]);

  const width = columns.reduce((sum, column) => sum + column.width, selection ? 36 : 0);
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={view}
      role="region"
      aria-label={props.label}
      tabIndex={0}
      className="h-full overflow-auto"
    >
      <table
        aria-rowcount={(props.total ?? rows.length) + 1}
        className="w-full table-fixed border-separate border-spacing-0"
        style={{ minWidth: width }}
        onKeyDown={(event) => moveByKey(event)}
      >
        <colgroup>
          {selection && <col style={{ width: 36 }} />}
          {columns.map((column, index) => (
            <col key={column.id} style={index === 0 ? undefined : { width: column.width }} />
          ))}
        </colgroup>
        <Head {...props} />
        <tbody>
          {above > 0 && <tr aria-hidden style={{ height: above }} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) {
              return null;
            }
            return (
              <Row key={rowKey(row)} {...props} row={row} index={item.index} height={rowHeight} />
            );
          })}
          {below > 0 && <tr aria-hidden style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({ columns, sort, onSort, selection }: Props<Row>) {
  const cell =
    "sticky top-0 z-10 h-8 border-b border-line bg-canvas px-2 text-left text-xs font-medium text-muted first:pl-4";
  return (
    <thead>
      <tr>
        {selection && (
          <th scope="col" className={`${cell} pl-3`}>
            <input
              type="checkbox"
              aria-label={text.table.selectAll}
              checked={selection.all}
              onChange={selection.toggleAll}
              className="block accent-accent"
            />
          </th>
        )}
        {columns.map((column) => {
          const up = sort === column.sort;
          const down = sort === `-${column.sort}`;
          const order = up ? "ascending" : down ? "descending" : undefined;
          return (
            <th
              key={column.id}
              scope="col"
              aria-sort={column.sort ? order : undefined}
              className={`${cell} ${column.end ? "text-right!" : ""}`}
            >
              {column.sort && onSort ? (
                <button
                  type="button"
                  title={text.table.sortBy(column.title)}
                  className="inline-flex max-w-full items-center gap-1 rounded hover:text-ink"
                  onClick={() => onSort(down ? (column.sort ?? "") : `-${column.sort}`)}
                >
                  <span className="truncate">{column.title}</span>
                  {up && <ArrowUp aria-hidden size={12} />}
                  {down && <ArrowDown aria-hidden size={12} />}
                </button>
              ) : (
                <span className="block truncate">{column.title}</span>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface RowProps<Row> extends Props<Row> {
  row: Row;
  index: number;
  height: number;
}

function Row<R>({ columns, row, rowKey, rowName, selection, index, height }: RowProps<R>) {
  const key = rowKey(row);
  const selected = selection?.has(key) ?? false;
  const cell =
    "overflow-hidden border-b border-line px-2 text-ellipsis whitespace-nowrap first:pl-4";
  return (
    <tr
      aria-rowindex={index + 2}
      data-row={key}
      style={{ height }}
      className={`${selected ? "bg-accent-soft" : "hover:bg-sunken"} focus-within:bg-sunken`}
    >
      {selection && (
        <td className={`${cell} pl-3`}>
          <input
            type="checkbox"
            aria-label={text.table.select(rowName(row))}
            checked={selected}
            onChange={() => selection.toggle(key)}
            className="block accent-accent"
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={`${cell} ${column.end ? "text-right" : ""}`}>
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
}

function moveByKey(event: KeyboardEvent<HTMLTableElement>): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-row]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const down = event.key === "ArrowDown" || event.key === "j";
  if (down || event.key === "ArrowUp" || event.key === "k") {
    const other = down ? row.nextElementSibling : row.previousElementSibling;
    const link = other?.querySelector<HTMLElement>("a, [data-open]");
    if (link) {
      event.preventDefault();
      link.focus();
      other?.scrollIntoView({ block: "nearest" });
    }
  } else if (event.key === "x") {
    row.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  }
}
