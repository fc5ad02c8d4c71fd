/** The pages of the main navigation, in their order, with the key that follows `g`. */
import {
  Box,
  CalendarClock,
  FlaskConical,
  Package,
  Play,
  Server,
  Settings,
  Workflow,
} from "lucide-react";
import { text } from "@/text/en";

export const places = [
  { to: "/runs", title: text.nav.runs, icon: Play, key: "r" },
  { to: "/pipelines", title: text.nav.pipelines, icon: Workflow, key: "p" },
  { to: "/experiments", title: text.nav.experiments, icon: FlaskConical, key: "e" },
  { to: "/recurring", title: text.nav.recurring, icon: CalendarClock, key: "s" },
  { to: "/artifacts", title: text.nav.artifacts, icon: Package, key: "a" },
  { to: "/models", title: text.nav.models, icon: Box, key: "m" },
  { to: "/cluster", title: text.nav.cluster, icon: Server, key: "c" },
  { to: "/settings", title: text.nav.settings, icon: Settings, key: "," },
] as const;
