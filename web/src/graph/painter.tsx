/**
 * Large graphs painted on a canvas: their lines always, their steps while they are too small to read.
 *
 * Thousands of elements would be drawn anew by the browser at each step of a zoom.
 */
import { useStore } from "@xyflow/react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { TaskRun } from "@/api/types";
import { useDark } from "@/shell/theme";
import { type Shown, shown } from "@/ui/shown";
import type { Layout, Placed } from "./layout";
import { pathThrough } from "./lines";

/** Below this zoom the steps of a large graph are painted. */
export const FAR = 0.5;

export const colours: Record<Shown, string> = {
  pending: "--wait",
  running: "--run",
  succeeded: "--ok",
  cached: "--reuse",
  failed: "--bad",
  skipped: "--stop",
  canceling: "--stop",
  canceled: "--stop",
};

interface Props {
  layout: Layout;
  tasks: ReadonlyMap<string, TaskRun> | null;
  selected: string | undefined;
  found: ReadonlySet<string> | null;
  far: boolean;
}

export function Painter({ layout, tasks, selected, found, far }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const transform = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const dark = useDark();
  const [ink, setInk] = useState<Ink | null>(null);
  const lines = useMemo(() => linesOf(layout, far), [layout, far]);
  const boxes = useMemo(() => boxesOf(layout, tasks, found), [layout, tasks, found]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the theme
  useEffect(() => setInk(canvas.current ? inkOf(canvas.current) : null), [dark]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !ink) {
      return;
    }
    const [x, y, zoom] = transform;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(zoom, 0, 0, zoom, x, y);
    context.strokeStyle = ink("--line-strong");
    context.lineWidth = Math.max(1.2, 0.5 / zoom);
    context.globalAlpha = far ? 0.45 : 1;
    context.stroke(lines);
    context.globalAlpha = 1;
    if (far) {
      paintBoxes(context, boxes, layout, selected, zoom, ink);
    }
  }, [transform, width, height, lines, boxes, layout, selected, far, ink]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      width={width}
      height={height}
      className="pointer-events-none absolute inset-0"
    />
  );
}

type Ink = (name: string) => string;

function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name);
}

/** All lines as one path; from afar without their round corners, which are not seen. */
function linesOf(layout: Layout, far: boolean): Path2D {
  if (!far) {
    return new Path2D(layout.lines.map((line) => pathThrough(line.points)).join(""));
  }
  const path = new Path2D();
  for (const { points } of layout.lines) {
    for (const [index, { x, y }] of points.entries()) {
      if (index === 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
  }
  return path;
}

/** The steps by the name of their colour, each colour as one path. */
function boxesOf(
  layout: Layout,
  tasks: Props["tasks"],
  found: Props["found"],
): Map<string, Path2D> {
  const paths = new Map<string, Path2D>();
  for (const { box, x, y, width, height } of layout.placed) {
    const task = tasks?.get(box.path);
    const state = task ? colours[shown(task)] : "--line-strong";
    const name = box.inside ? "--sunken" : found && !found.has(box.path) ? "--line" : state;
    const path = paths.get(name) ?? new Path2D();
    path.rect(x, y, width, height);
    paths.set(name, path);
  }
  return paths;
}

function paintBoxes(
  context: CanvasRenderingContext2D,
  boxes: ReadonlyMap<string, Path2D>,
  layout: Layout,
  selected: string | undefined,
  zoom: number,
  ink: Ink,
): void {
  for (const name of ["--sunken", ...boxes.keys()]) {
    const path = boxes.get(name);
    if (path) {
      context.fillStyle = ink(name);
      context.fill(path);
    }
  }
  const chosen = layout.placed.find((one) => one.box.path === selected);
  if (chosen) {
    context.strokeStyle = ink("--accent");
    context.lineWidth = 3 / zoom;
    context.strokeRect(chosen.x, chosen.y, chosen.width, chosen.height);
  }
}

/** The innermost box at a point of the drawing. */
export function boxAt(layout: Layout, x: number, y: number): Placed | undefined {
  return layout.placed.findLast(
    (one) => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + one.height,
  );
}
