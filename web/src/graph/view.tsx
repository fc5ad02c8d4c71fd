/** The graph of a pipeline or of a run: laid out in a worker, folded, searched, walked by arrow keys. */
import {
  Background,
  BackgroundVariant,
  type Edge,
  MiniMap,
  type Node,
  Panel,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { Maximize, Package, ZoomIn, ZoomOut } from "lucide-react";
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Graph, TaskRun } from "@/api/types";
import { text } from "@/text/en";
import { IconButton } from "@/ui/button";
import { shown } from "@/ui/shown";
import { Empty, Failed, Loading } from "@/ui/states";
import { type Layout, type Line, layOut } from "./layout";
import { headOf, pathThrough } from "./lines";
import { type Choices, groupsOf, revealing, sight } from "./model";
import { ArtifactNode, GroupNode, type NodeData, StepNode, Surrounding } from "./nodes";
import { boxAt, colours, FAR, Painter } from "./painter";
import { neighbour } from "./walking";

/** Edges are drawn by one element of ours: thousands of them would each be one of the library. */
const NO_EDGES: Edge[] = [];
const NO_NODES: Node<NodeData>[] = [];
const nodeTypes = { step: StepNode, box: GroupNode, artifact: ArtifactNode };

/** Graphs with more nodes begin with their groups folded. */
const MOST_UNFOLDED = 250;

interface Props {
  graph: Graph;
  /** The task runs by path; null for a pipeline that does not run. */
  tasks: ReadonlyMap<string, TaskRun> | null;
  selected?: string;
  onOpen: (path: string) => void;
  /** What is looked for in names; empty is nothing. */
  find?: string;
  artifacts?: boolean;
  onArtifacts?: (shown: boolean) => void;
}

export function GraphView(props: Props) {
  if (props.graph.nodes.length === 0) {
    return <Empty title={text.graph.empty} />;
  }
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function startingChoices(graph: Graph, selected: string | undefined): Choices {
  const folded = graph.nodes.length > MOST_UNFOLDED ? groupsOf(graph) : [];
  const choices = { folded: new Set(folded), iterations: new Map<string, number>() };
  return selected ? revealing(choices, selected) : choices;
}

function useLayout(graph: Graph, choices: Choices) {
  const [layout, setLayout] = useState<Layout | null>(null);
  const [error, setError] = useState<unknown>(null);
  const inSight = useMemo(() => sight(graph, choices), [graph, choices]);
  useEffect(() => {
    let wanted = true;
    layOut(inSight).then(
      (made) => wanted && setLayout(made),
      (caught) => wanted && setError(caught),
    );
    return () => {
      wanted = false;
    };
  }, [inSight]);
  return { layout, error };
}

function Drawing({ graph, tasks, selected, onOpen, find = "", artifacts, onArtifacts }: Props) {
  const [choices, setChoices] = useState(() => startingChoices(graph, selected));
  const [shownFor, setShownFor] = useState(selected);
  if (selected !== shownFor) {
    setShownFor(selected);
    if (selected) {
      setChoices(revealing(choices, selected));
    }
  }
  const { layout, error } = useLayout(graph, choices);
  const frame = useRef<HTMLDivElement>(null);
  const nodes = useMemo(() => (layout ? flowNodes(layout) : []), [layout]);
  const found = useMemo(() => matching(graph, find), [graph, find]);
  const isLarge = (layout?.placed.length ?? 0) > MOST_UNFOLDED;
  const [wasFar, setFar] = useState(true);
  const isFar = wasFar && isLarge;
  const flow = useReactFlow();
  const openAt = (event: MouseEvent) => {
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const placed = isFar && layout ? boxAt(layout, at.x, at.y) : undefined;
    if (placed) {
      onOpen(placed.box.path);
    }
  };
  const entrance = selected ?? nodes.find((node) => node.type === "step")?.id;
  const around = useMemo(
    () => ({
      tasks,
      selected,
      found,
      entrance,
      open: onOpen,
      fold: (path: string, folded: boolean) =>
        setChoices((before) => {
          const next = new Set(before.folded);
          if (folded) {
            next.add(path);
          } else {
            next.delete(path);
          }
          return { ...before, folded: next };
        }),
      iterate: (loop: string, iteration: number) =>
        setChoices((before) => ({
          ...before,
          iterations: new Map(before.iterations).set(loop, iteration),
        })),
    }),
    [tasks, selected, found, entrance, onOpen],
  );
  const walk = useCallback(
    (event: KeyboardEvent) => {
      const here = (event.target as HTMLElement).closest<HTMLElement>("[data-node]")?.dataset.node;
      const next = here && layout ? neighbour(layout.placed, here, event.key) : undefined;
      if (next) {
        event.preventDefault();
        frame.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
      }
    },
    [layout],
  );
  if (error) {
    return <Failed error={error} />;
  }
  if (!layout) {
    return <Loading label={text.graph.layout} />;
  }
  return (
    <Surrounding.Provider value={around}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys go from node to node */}
      <div ref={frame} className="h-full" data-graph={layout.placed.length} onKeyDown={walk}>
        <ReactFlow
          aria-label={text.graph.label}
          nodes={isFar ? NO_NODES : nodes}
          edges={NO_EDGES}
          nodeTypes={nodeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          panOnScroll={false}
          minZoom={0.03}
          maxZoom={2}
          onInit={(flow) => begin(flow, layout, frame.current)}
          onlyRenderVisibleElements={isLarge}
          onPaneClick={(event) => openAt(event)}
          onMove={(_, { zoom }) => {
            if (zoom < FAR && !wasFar) {
              setFar(true);
            }
          }}
          onMoveEnd={(_, { zoom }) => setFar(zoom < FAR)}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
          {isLarge ? (
            <Painter layout={layout} tasks={tasks} selected={selected} found={found} far={isFar} />
          ) : (
            <ViewportPortal>
              <Lines layout={layout} />
            </ViewportPortal>
          )}
          <Controls artifacts={artifacts} onArtifacts={onArtifacts} />
          <Follow selected={selected} found={found} layout={layout} />
          {layout.placed.length > 12 && !isFar && (
            <MiniMap
              pannable
              style={{ width: 150, height: 100 }}
              zoomable
              ariaLabel={text.graph.minimap}
              className="hidden! rounded border border-line sm:block!"
              bgColor="var(--panel)"
              maskColor="color-mix(in srgb, var(--canvas) 70%, transparent)"
              nodeColor={(node) => minimapColour(node as Node<NodeData>, tasks)}
              nodeBorderRadius={3}
            />
          )}
        </ReactFlow>
      </div>
    </Surrounding.Provider>
  );
}

const LEGIBLE = 0.6;

/** Show all of it, or its beginning where all would be too small to read. */
function begin(
  flow: ReactFlowInstance<Node<NodeData>>,
  layout: Layout,
  frame: HTMLElement | null,
): void {
  const width = frame?.clientWidth ?? 0;
  const height = frame?.clientHeight ?? 0;
  const zoom = Math.min(width / layout.width, height / layout.height);
  if (zoom >= LEGIBLE || layout.placed.length > MOST_UNFOLDED) {
    void flow.fitView({ maxZoom: 1, padding: 0.08 });
  } else {
    const y = Math.max(44, (height - layout.height * LEGIBLE) / 2);
    void flow.setViewport({ x: 8, y, zoom: LEGIBLE });
  }
}

function flowNodes(layout: Layout): Node<NodeData>[] {
  return layout.placed.map(({ box, x, y, width, height, depth }) => ({
    id: box.path,
    type: box.inside ? "box" : box.node.kind === "artifact" ? "artifact" : "step",
    position: { x, y },
    width,
    height,
    measured: { width, height },
    zIndex: depth,
    data: { box, width, height },
  }));
}

function matching(graph: Graph, find: string): ReadonlySet<string> | null {
  const wanted = find.trim().toLowerCase();
  if (!wanted) {
    return null;
  }
  const fits = (name: string | undefined) => name?.toLowerCase().includes(wanted);
  return new Set(
    graph.nodes.filter((node) => fits(node.name) || fits(node.path)).map((node) => node.path),
  );
}

function minimapColour(node: Node<NodeData>, tasks: Props["tasks"]): string {
  if (node.type === "box") {
    return "var(--sunken)";
  }
  const task = tasks?.get(node.id);
  return task ? `var(${colours[shown(task)]})` : "var(--line-strong)";
}

const Lines = memo(function Lines({ layout }: { layout: Layout }) {
  const paths = useMemo(() => {
    const join = (lines: Line[]) => lines.map((line) => pathThrough(line.points)).join("");
    return {
      data: join(layout.lines.filter((line) => !line.order)),
      order: join(layout.lines.filter((line) => line.order)),
      heads: layout.lines.map((line) => headOf(line.points)).join(""),
    };
  }, [layout]);
  return (
    <svg
      aria-hidden
      width={layout.width}
      height={layout.height}
      className="pointer-events-none absolute top-0 left-0 overflow-visible text-line-strong"
      style={{ zIndex: 2 }}
    >
      <path d={paths.data} fill="none" stroke="currentColor" strokeWidth={1.4} />
      <path
        d={paths.order}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.2}
        strokeDasharray="4 4"
      />
      <path d={paths.heads} fill="currentColor" />
    </svg>
  );
});

interface ControlsProps {
  artifacts?: boolean;
  onArtifacts?: (shown: boolean) => void;
}

function Controls({ artifacts, onArtifacts }: ControlsProps) {
  const flow = useReactFlow();
  return (
    <Panel
      position="bottom-left"
      className="flex gap-0.5 rounded-md border border-line bg-raised p-0.5 shadow-sm"
    >
      <IconButton label={text.graph.zoomIn} onClick={() => void flow.zoomIn()}>
        <ZoomIn aria-hidden size={15} />
      </IconButton>
      <IconButton label={text.graph.zoomOut} onClick={() => void flow.zoomOut()}>
        <ZoomOut aria-hidden size={15} />
      </IconButton>
      <IconButton
        label={text.graph.fit}
        onClick={() => void flow.fitView({ maxZoom: 1, padding: 0.08 })}
      >
        <Maximize aria-hidden size={15} />
      </IconButton>
      {onArtifacts && (
        <IconButton
          label={text.graph.artifacts}
          aria-pressed={artifacts}
          className={artifacts ? "bg-accent-soft! text-accent-ink!" : ""}
          onClick={() => onArtifacts(!artifacts)}
        >
          <Package aria-hidden size={15} />
        </IconButton>
      )}
    </Panel>
  );
}

interface FollowProps {
  selected: string | undefined;
  found: ReadonlySet<string> | null;
  layout: Layout;
}

/** Brings into sight what is selected or found. */
function Follow({ selected, found, layout }: FollowProps) {
  const flow = useReactFlow();
  const target = found?.size
    ? layout.placed.find((one) => found.has(one.box.path))?.box.path
    : selected;
  useEffect(() => {
    const placed = layout.placed.find((one) => one.box.path === target);
    if (!placed) {
      return;
    }
    const { x, y, zoom } = flow.getViewport();
    const pane = document.querySelector(".react-flow")?.getBoundingClientRect();
    const left = placed.x * zoom + x;
    const top = placed.y * zoom + y;
    const inSight =
      pane &&
      left > 0 &&
      top > 0 &&
      left + 60 < pane.width &&
      top + 30 < pane.height &&
      zoom > 0.35;
    if (!inSight) {
      void flow.setCenter(
        placed.x + placed.width / 2,
        placed.y + Math.min(placed.height, 200) / 2,
        {
          zoom: Math.max(0.8, Math.min(zoom, 1)),
        },
      );
    }
  }, [flow, target, layout]);
  return null;
}
