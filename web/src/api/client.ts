/** Asks the server and turns what it refuses into one kind of error; knows no page and no cache. */

export interface Problem {
  code: string;
  message: string;
  hint?: string | null;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code;
    this.hint = problem.hint ?? null;
  }
}

export type Search = Record<string, string | number | boolean | null | undefined>;

const BASE = "/api/v1";

/** The address of something of the API; what is undefined, null or empty is left out of the query. */
export function address(path: string, search: Search = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

interface Options {
  search?: Search;
  signal?: AbortSignal;
}

export function get<T>(path: string, options: Options = {}): Promise<T> {
  return send<T>("GET", path, undefined, options);
}

export function post<T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> {
  return send<T>("POST", path, body, options);
}

export function put<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
  return send<T>("PUT", path, body, options);
}

export function patch<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
  return send<T>("PATCH", path, body, options);
}

export function remove<T>(path: string, options: Options = {}): Promise<T> {
  return send<T>("DELETE", path, undefined, options);
}

/** Send a file as a form, such as a version of a pipeline. */
export function upload<T>(path: string, form: FormData): Promise<T> {
  return send<T>("POST", path, form);
}

async function send<T>(
  method: string,
  path: string,
  body: unknown,
  options: Options = {},
): Promise<T> {
  const response = await ask(address(path, options.search), {
    method,
    signal: options.signal,
    ...content(body),
  });
  if (response.status === 204) {
    return undefined as T;
  }
  return (await response.json()) as T;
}

function content(body: unknown): RequestInit {
  if (body === undefined) {
    return {};
  }
  if (body instanceof FormData) {
    return { body };
  }
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** Fetch, and throw an ApiError unless the server agreed. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, {
      code: "",
      message: "the server cannot be reached",
      hint: "see whether headrace server is running, then try again",
    });
  }
  if (!response.ok) {
    throw new ApiError(response.status, await problemOf(response));
  }
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { error?: Problem };
    if (body.error?.message) {
      return body.error;
    }
  } catch {
    // not JSON: something in between answered
  }
  return { code: "", message: `the server answered ${response.status} ${response.statusText}` };
}
