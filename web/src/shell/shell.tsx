/** The frame of every page: navigation, namespace, search, theme, and whether the feed stands. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { Menu as MenuIcon, Monitor, Moon, Plus, Search, Sun, X } from "lucide-react";
import { useState } from "react";
import { me } from "@/api/queries";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button, ButtonLink, IconButton } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import { Guard } from "@/ui/states";
import { Toasts } from "@/ui/toast";
import { Keys } from "./keys";
import { useFeedState } from "./live";
import { Membership } from "./membership";
import { remember, useNamespace } from "./namespace";
import { Palette } from "./palette";
import { places } from "./places";
import { setTheme, useTheme } from "./theme";

export function Shell() {
  const [palette, setPalette] = useState(false);
  const [nav, setNav] = useState(false);
  return (
    <div className="flex h-full flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {text.skipToContent}
      </a>
      <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line bg-panel px-2 md:hidden">
        <IconButton label={text.menu} aria-expanded={nav} onClick={() => setNav(!nav)}>
          {nav ? <X aria-hidden size={17} /> : <MenuIcon aria-hidden size={17} />}
        </IconButton>
        <Mark />
        <span className="grow" />
        <Live />
        <IconButton label={text.palette.label} onClick={() => setPalette(true)}>
          <Search aria-hidden size={16} />
        </IconButton>
      </header>
      <Side shown={nav} onLeave={() => setNav(false)} onSearch={() => setPalette(true)} />
      <main
        id="content"
        tabIndex={-1}
        className="min-h-0 min-w-0 grow overflow-hidden outline-none"
      >
        <Guard>
          <Membership>
            <Outlet />
          </Membership>
        </Guard>
      </main>
      {palette && <Palette onClose={() => setPalette(false)} />}
      <Keys onSearch={() => setPalette(true)} />
      <Toasts />
    </div>
  );
}

function Mark() {
  return (
    <Link
      to="/runs"
      className="flex items-center gap-2 rounded px-1 py-1 font-semibold tracking-tight"
    >
      <img src="/mark.svg" alt="" width={20} height={20} />
      {text.product}
    </Link>
  );
}

interface SideProps {
  shown: boolean;
  onLeave: () => void;
  onSearch: () => void;
}

function Side({ shown, onLeave, onSearch }: SideProps) {
  return (
    <section
      aria-label={text.product}
      className={`${shown ? "flex" : "hidden"} absolute inset-x-0 top-11 bottom-0 z-30 flex-col gap-3 overflow-auto border-r border-line bg-panel p-3 md:static md:flex md:w-48 md:shrink-0`}
    >
      <div className="hidden items-center justify-between md:flex">
        <Mark />
        <Live />
      </div>
      <Button
        className="hidden justify-between! font-normal! text-muted! md:flex"
        onClick={onSearch}
      >
        <span className="flex items-center gap-1.5">
          <Search aria-hidden size={14} />
          {text.palette.short}
        </span>
        <kbd className="font-sans text-2xs text-faint">Ctrl K</kbd>
      </Button>
      <ButtonLink to="/start" tone="primary" onClick={onLeave}>
        <Plus aria-hidden size={15} />
        {text.runs.start}
      </ButtonLink>
      <NamespaceChoice />
      <nav aria-label={text.nav.label}>
        <ul className="flex flex-col gap-0.5">
          {places.map(({ to, title, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                onClick={onLeave}
                activeProps={{ className: "bg-accent-soft! text-accent-ink! font-medium" }}
                className="flex items-center gap-2 rounded-md px-2 py-1.5 text-muted hover:bg-sunken hover:text-ink"
              >
                <Icon aria-hidden size={15} />
                {title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <span className="grow" />
      <Foot />
    </section>
  );
}

function Live() {
  const state = useFeedState();
  const colour = { connecting: "bg-wait", live: "bg-ok", broken: "bg-bad" }[state];
  return (
    <span
      role="status"
      title={text.feed[state]}
      className="flex items-center gap-1.5 text-2xs text-muted"
    >
      <span
        aria-hidden
        className={`size-2 ${state === "broken" ? "" : "rounded-full"} ${colour}`}
      />
      <span className={state === "live" ? "sr-only" : "max-w-28 truncate"}>{text.feed[state]}</span>
    </span>
  );
}

function NamespaceChoice() {
  const { data } = useQuery(me);
  const current = useNamespace();
  const navigate = useNavigate();
  if (!data || data.mode === "single" || data.namespaces.length === 0) {
    return null;
  }
  return (
    <label className="flex flex-col gap-1 text-2xs text-muted">
      {text.namespace.label}
      <select
        className="control"
        value={current}
        onChange={(event) => {
          remember(event.target.value);
          void navigate({ to: "/runs", search: { ns: event.target.value } });
        }}
      >
        {data.namespaces.map(({ name }) => (
          <option key={name} value={name}>
            {visible(name) || text.namespace.own}
          </option>
        ))}
      </select>
    </label>
  );
}

function Foot() {
  const { data } = useQuery(me);
  const theme = useTheme();
  const Icon = { light: Sun, dark: Moon, system: Monitor }[theme];
  return (
    <div className="flex items-center justify-between gap-2">
      <span className="min-w-0 truncate text-2xs text-faint" title={data?.user}>
        {data && visible(data.mode === "multi" ? data.user : data.version)}
      </span>
      <Menu
        trigger={
          <IconButton label={`${text.theme.label}: ${text.theme[theme]}`}>
            <Icon aria-hidden size={15} />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setTheme("light")}>
          <Sun aria-hidden size={14} />
          {text.theme.light}
        </MenuItem>
        <MenuItem onSelect={() => setTheme("dark")}>
          <Moon aria-hidden size={14} />
          {text.theme.dark}
        </MenuItem>
        <MenuItem onSelect={() => setTheme("system")}>
          <Monitor aria-hidden size={14} />
          {text.theme.system}
        </MenuItem>
      </Menu>
    </div>
  );
}
