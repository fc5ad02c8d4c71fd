/** Markdown of a step, shown without any HTML of its own. */
import { createElement, type ReactNode, useMemo } from "react";
import { harmlessLink, visible } from "@/format/safety";
import { type Block, type Inline, parseMarkdown } from "./markdown";

export function Markdown({ of }: { of: string }) {
  const blocks = useMemo(() => parseMarkdown(of), [of]);
  return <div className="flex max-w-3xl flex-col gap-3 leading-relaxed">{blocks.map(blockOf)}</div>;
}

const sizes = ["text-xl", "text-lg", "text-base", "text-sm", "text-sm", "text-sm"];

function blockOf(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case "heading": {
      const tag = `h${Math.min(6, block.level + 1)}`;
      return createElement(
        tag,
        { key, className: `${sizes[block.level - 1]} font-semibold` },
        block.inside.map(inlineOf),
      );
    }
    case "paragraph":
      return <p key={key}>{block.inside.map(inlineOf)}</p>;
    case "code":
      return (
        <pre key={key} tabIndex={0} className="overflow-auto rounded bg-sunken p-3 text-xs">
          {visible(block.text)}
        </pre>
      );
    case "quote":
      return (
        <blockquote key={key} className="border-l-2 border-line-strong pl-3 text-muted">
          {block.blocks.map(blockOf)}
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no other identity
        <li key={index}>{item.map(inlineOf)}</li>
      ));
      return block.ordered ? (
        <ol key={key} className="list-decimal pl-6">
          {items}
        </ol>
      ) : (
        <ul key={key} className="list-disc pl-6">
          {items}
        </ul>
      );
    }
    case "table":
      return <MarkdownTable key={key} head={block.head} rows={block.rows} />;
    case "rule":
      return <hr key={key} />;
  }
}

function MarkdownTable({ head, rows }: { head: Inline[][]; rows: Inline[][][] }) {
  const cell = "border border-line px-2 py-1 text-left";
  return (
    <div role="group" aria-label="table" tabIndex={0} className="overflow-x-auto">
      <table className="text-sm">
        <thead>
          <tr>
            {head.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
              <th key={index} scope="col" className={`${cell} bg-sunken`}>
                {one.map(inlineOf)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
            <tr key={index}>
              {row.map((one, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
                <td key={column} className={cell}>
                  {one.map(inlineOf)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlineOf(one: Inline, key: number): ReactNode {
  switch (one.kind) {
    case "text":
      return visible(one.text);
    case "code":
      return (
        <code key={key} className="rounded bg-sunken px-1 text-[0.9em]">
          {visible(one.text)}
        </code>
      );
    case "strong":
      return <strong key={key}>{one.inside.map(inlineOf)}</strong>;
    case "emphasis":
      return <em key={key}>{one.inside.map(inlineOf)}</em>;
    case "link": {
      const address = harmlessLink(one.address);
      return address ? (
        <a
          key={key}
          href={address}
          target="_blank"
          rel="noopener noreferrer nofollow"
          className="text-accent-ink underline"
        >
          {one.inside.map(inlineOf)}
        </a>
      ) : (
        <span key={key}>
          {one.inside.map(inlineOf)} ({visible(one.address)})
        </span>
      );
    }
  }
}
