/** The one way to the server: typed by its OpenAPI document, refusals as `Problem`. */
import { language, refusal } from "../text/words";
import type { paths } from "./schema";

type Method = "get" | "post" | "put" | "patch" | "delete";
type Json<T> = T extends { content: { "application/json": infer J } } ? J : undefined;
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M & keyof paths[P]]>;
type BodyOf<O> = O extends { requestBody?: infer R } ? Json<NonNullable<R>> : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
type AnswerOf<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : undefined;

export interface Extras<O> {
  body?: BodyOf<O>;
  query?: QueryOf<O>;
  path?: Record<string, string>;
  headers?: Record<string, string>;
}

/** A refusal of the server, worded for the reader. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly fields: Record<string, unknown>,
    detail: string,
  ) {
    super(detail);
  }
}

/** Who sends: a handheld names its person in every request. */
export const caller: { userPass: string } = { userPass: "" };

/** One request. Throws Problem when refused, TypeError when there is no network. */
export async function call<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  extras: Extras<Operation<P, M>> = {},
): Promise<AnswerOf<Operation<P, M>>> {
  const response = await send(method, path, extras);
  return (await answerOf(response)) as AnswerOf<Operation<P, M>>;
}

/** A picture or a document the server makes of a body. Throws as call does. */
export async function fetchFile<P extends keyof paths>(
  path: P,
  body: BodyOf<Operation<P, "post">>,
): Promise<Blob> {
  const response = await send("post", path, { body });
  if (!response.ok) await answerOf(response);
  return response.blob();
}

/** The same as call, for lists that are asked again and again: null while nothing changed. */
export async function poll<P extends keyof paths>(
  path: P,
  etag: string,
  query: QueryOf<Operation<P, "get">>,
): Promise<{ answer: AnswerOf<Operation<P, "get">>; etag: string } | null> {
  const headers: Record<string, string> = { "X-Passive": "1" };
  if (etag) headers["If-None-Match"] = etag;
  const response = await send("get", path, { query, headers });
  if (response.status === 304) return null;
  const answer = (await answerOf(response)) as AnswerOf<Operation<P, "get">>;
  return { answer, etag: response.headers.get("ETag") ?? "" };
}

interface Sent {
  body?: unknown;
  query?: object;
  path?: Record<string, string>;
  headers?: Record<string, string>;
}

function send(method: string, path: string, extras: Sent): Promise<Response> {
  const { body, query, headers } = extras;
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(extras.path?.[name] ?? ""));
  return fetch(place + search(query), {
    method: method.toUpperCase(),
    // The browser's own cache would hide the 304 that polling lives on.
    cache: "no-store",
    headers: {
      Accept: "application/json",
      "Accept-Language": language.value,
      ...(caller.userPass && { "X-User-Pass": caller.userPass }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function search(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

async function answerOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const { code = `http_${response.status}`, detail, fields = {} } = (answer ?? {}) as {
    code?: string;
    detail?: string;
    fields?: Record<string, unknown>;
  };
  throw new Problem(response.status, code, fields, detail ?? refusal(code, fields));
}
