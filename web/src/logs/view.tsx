/** A step's log: only the lines in sight are in the document, and only a window of the file in memory. */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  ArrowDownToLine,
  ArrowUpToLine,
  ChevronDown,
  ChevronUp,
  Download,
  Search,
} from "lucide-react";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { bytes, count } from "@/format/amounts";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button, buttonLook, IconButton } from "@/ui/button";
import { Failed, Loading } from "@/ui/states";
import { type Piece, pieces, plain } from "./ansi";
import { type LogLine, matches } from "./buffer";
import { downloadAddress, findForward, type LogOf, RANGE } from "./reading";
import { type ShownLog, useLog } from "./use-log";

const words = text.logs;
const LINE = 18;
const LONGEST = 5000;
const NEAR = 400;

export function LogView({ of, running }: { of: LogOf; running: boolean }) {
  const log = useLog(of);
  const [following, setFollowing] = useState(true);
  const [wanted, setWanted] = useState("");
  const [target, setTarget] = useState<number | null>(null);
  const found = useMemo(
    () => (wanted ? matches(log.window.lines, wanted, plain) : []),
    [log.window.lines, wanted],
  );
  if (log.loading) {
    return <Loading />;
  }
  if (log.error) {
    return <Failed error={log.error} />;
  }
  if (log.size === 0) {
    return <p className="p-4 text-muted">{running ? words.emptyRunning : words.empty}</p>;
  }
  return (
    <div className="flex h-full min-h-64 flex-col">
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-2 py-1.5">
        <Finder
          of={of}
          log={log}
          found={found}
          wanted={wanted}
          onWanted={setWanted}
          target={target}
          onTarget={(offset) => {
            setFollowing(false);
            setTarget(offset);
          }}
        />
        <span className="grow" />
        <IconButton
          label={words.start}
          onClick={() => {
            setFollowing(false);
            void log.jump(0).then(() => setTarget(0));
          }}
        >
          <ArrowUpToLine aria-hidden size={15} />
        </IconButton>
        <Button
          tone="ghost"
          aria-pressed={following}
          className={following ? "bg-accent-soft! text-accent-ink!" : ""}
          onClick={() => {
            if (!following && log.window.end < log.size) {
              void log.jump(Math.max(0, log.size - RANGE)).then(() => setFollowing(true));
            }
            setFollowing(!following);
          }}
        >
          <ArrowDownToLine aria-hidden size={15} />
          {log.complete ? words.end : words.follow}
        </Button>
        <a
          href={downloadAddress(of)}
          download
          aria-label={text.download}
          title={text.download}
          className={buttonLook("ghost", "w-[1.95rem] px-0!")}
        >
          <Download aria-hidden size={15} />
        </a>
      </div>
      <Lines
        log={log}
        following={following}
        onLeave={() => setFollowing(false)}
        found={found}
        target={target}
      />
      <Position
        log={log}
        onJump={(offset) => void log.jump(offset).then(() => setTarget(null))}
        onLeave={() => setFollowing(false)}
      />
    </div>
  );
}

interface LinesProps {
  log: ShownLog;
  following: boolean;
  onLeave: () => void;
  found: readonly number[];
  target: number | null;
}

function Lines({ log, following, onLeave, found, target }: LinesProps) {
  const { lines } = log.window;
  const view = useRef<HTMLDivElement>(null);
  const first = useRef<LogLine | undefined>(undefined);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => view.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const marked = useMemo(() => new Set(found), [found]);
  const targetIndex = target === null ? -1 : lines.findIndex((line) => line.offset === target);

  useLayoutEffect(() => {
    const before = first.current;
    first.current = lines[0];
    if (view.current && before && !following) {
      const moved = lines.findIndex((line) => line.offset === before.offset);
      view.current.scrollTop += Math.max(0, moved) * LINE; // earlier lines came before what is seen
    }
  }, [lines, following]);
  useLayoutEffect(() => {
    if (following && view.current && lines.length > 0) {
      view.current.scrollTop = view.current.scrollHeight;
    }
  }, [following, lines]);
  useEffect(() => {
    if (targetIndex >= 0) {
      virtual.scrollToIndex(targetIndex, { align: "center" });
    }
  }, [targetIndex, virtual]);
  const items = virtual.getVirtualItems();
  return (
    <div
      ref={view}
      role="region"
      aria-label={words.label}
      tabIndex={0}
      data-log={log.size}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        if (scrollTop < NEAR) {
          log.earlier();
        }
        if (scrollHeight - scrollTop - clientHeight < NEAR) {
          log.later();
        } else if (following && scrollHeight - scrollTop - clientHeight > LINE * 3) {
          onLeave();
        }
      }}
      className="min-h-0 grow overflow-auto bg-sunken py-1 font-mono text-xs leading-[18px]"
    >
      <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => {
            const line = lines[item.index];
            return line ? (
              <div
                key={line.offset}
                className={`px-3 whitespace-pre ${item.index === targetIndex ? "bg-accent-soft" : marked.has(item.index) ? "bg-wait-soft" : ""}`}
                style={{ height: LINE }}
              >
                <Line of={line.text} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

/** The sixteen colours of terminals as those of the page, legible in light and dark. */
const inks = [
  "text-ink",
  "text-bad",
  "text-ok",
  "text-wait",
  "text-run",
  "text-accent-ink",
  "text-reuse",
  "text-ink",
  "text-muted",
  "text-bad",
  "text-ok",
  "text-wait",
  "text-run",
  "text-accent-ink",
  "text-reuse",
  "text-ink",
];

const Line = memo(function Line({ of }: { of: string }) {
  const shown = of.length > LONGEST ? of.slice(0, LONGEST) : of;
  return (
    <>
      {pieces(shown).map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
        <span key={index} className={lookOf(piece)}>
          {visible(piece.text)}
        </span>
      ))}
      {of.length > LONGEST && (
        <em className="text-muted">{words.cut(count(of.length - LONGEST))}</em>
      )}
    </>
  );
});

function lookOf(piece: Piece): string {
  const ink = piece.colour === null ? "" : (inks[piece.colour] ?? "");
  return `${ink} ${piece.bold ? "font-bold" : ""} ${piece.dim ? "text-muted" : ""} ${piece.underline ? "underline" : ""}`;
}

interface FinderProps {
  of: LogOf;
  log: ShownLog;
  found: readonly number[];
  wanted: string;
  onWanted: (wanted: string) => void;
  target: number | null;
  onTarget: (offset: number) => void;
}

function Finder({ of, log, found, wanted, onWanted, target, onTarget }: FinderProps) {
  const [said, setSaid] = useState("");
  const search = useRef<AbortController | null>(null);
  const { lines } = log.window;
  useEffect(() => () => search.current?.abort(), []);

  const next = async () => {
    const here = found.map((index) => lines[index]?.offset ?? 0);
    const inWindow = here.find((offset) => target === null || offset > target);
    if (inWindow !== undefined) {
      setSaid("");
      onTarget(inWindow);
      return;
    }
    search.current?.abort();
    const stop = new AbortController();
    search.current = stop;
    const from = log.window.end < log.size ? log.window.end : 0;
    const show = (at: number, end: number) => setSaid(words.searching(bytes(at), bytes(end)));
    const place = await findForward(of, wanted, from, log.size, stop.signal, show).catch(
      () => null,
    );
    if (stop.signal.aborted) {
      return;
    }
    setSaid(place === null ? words.noMatch : "");
    if (place !== null) {
      await log.jump(Math.max(0, place - 1)); // a window shows whole lines: from the break before it
      onTarget(place);
    }
  };
  const previous = () => {
    const before = found
      .map((index) => lines[index]?.offset ?? 0)
      .filter((offset) => target === null || offset < target)
      .at(-1);
    setSaid(before === undefined ? words.noMatch : "");
    if (before !== undefined) {
      onTarget(before);
    }
  };
  return (
    <div className="flex items-center gap-0.5">
      <label className="relative">
        <span className="sr-only">{words.search}</span>
        <Search aria-hidden size={13} className="absolute top-2 left-2 text-faint" />
        <input
          type="search"
          className="control w-44 pl-7!"
          placeholder={words.search}
          value={wanted}
          onChange={(event) => {
            setSaid("");
            onWanted(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && wanted) {
              event.preventDefault();
              if (event.shiftKey) {
                previous();
              } else {
                void next();
              }
            }
          }}
        />
      </label>
      <IconButton label={words.searchPrevious} disabled={!wanted} onClick={previous}>
        <ChevronUp aria-hidden size={15} />
      </IconButton>
      <IconButton label={words.searchNext} disabled={!wanted} onClick={() => void next()}>
        <ChevronDown aria-hidden size={15} />
      </IconButton>
      <span role="status" className="px-1 text-2xs text-muted">
        {said || (wanted && found.length > 0 ? count(found.length) : "")}
      </span>
    </div>
  );
}

interface PositionProps {
  log: ShownLog;
  onJump: (offset: number) => void;
  onLeave: () => void;
}

function Position({ log, onJump, onLeave }: PositionProps) {
  const whole = log.window.start === 0 && log.window.end >= log.size;
  return (
    <div className="flex items-center gap-2 border-t border-line px-3 py-1 text-2xs text-muted">
      {!whole && (
        <input
          type="range"
          aria-label={words.position}
          min={0}
          max={log.size}
          step={Math.max(1, Math.floor(log.size / 1000))}
          value={log.window.start}
          className="min-w-0 grow accent-accent"
          onChange={(event) => {
            onLeave();
            onJump(Number(event.target.value));
          }}
        />
      )}
      <span className="ml-auto whitespace-nowrap">
        {whole ? bytes(log.size) : words.size(bytes(log.window.start), bytes(log.size))}
      </span>
    </div>
  );
}
