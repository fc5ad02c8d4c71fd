/** The pages of the main navigation, in their order, with the key that follows `g`. */
import { Package, Play, Workflow } from "lucide-react";
import { text } from "@/text/en";

export const places = [
  { to: "/runs", title: text.nav.runs, icon: Play, key: "r" },
  { to: "/pipelines", title: text.nav.pipelines, icon: Workflow, key: "p" },
  { to: "/artifacts", title: text.nav.artifacts, icon: Package, key: "a" },
] as const;
