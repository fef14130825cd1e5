// What the journeys need from a browser, whichever protocol it speaks.

export interface Driver {
  goto(url: string): Promise<void>;
  /** Runs a function in the page; what it is given and returns is JSON. */
  evaluate<Result, Arguments extends unknown[]>(run: (...values: Arguments) => Result | Promise<Result>, ...values: Arguments): Promise<Result>;
  /** Input, as WebDriver has it. */
  perform(actions: Action[]): Promise<void>;
  /** Sets the size of the viewport, as nearly as the browser's window allows. */
  resize(width: number, height: number): Promise<void>;
  /** A screenshot of the viewport, as PNG. */
  screenshot(): Promise<Buffer>;
  /** The page on paper, as PDF, where the protocol has it. */
  pdf?(): Promise<Buffer>;
  close(): Promise<void>;
}

/** A source of actions: https://www.w3.org/TR/webdriver2/#actions */
export type Action = { type: "pointer" | "key"; id: string; parameters?: object; actions: object[] };

export type Point = { x: number; y: number };

const pointer = (...actions: object[]): Action[] => [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }];
const move = ({ x, y }: Point, duration = 0) => ({ type: "pointerMove", x: Math.round(x), y: Math.round(y), duration, origin: "viewport" });
const down = { type: "pointerDown", button: 0 };
const up = { type: "pointerUp", button: 0 };

export const press = (at: Point) => pointer(move(at), down, up);

export const drag = (from: Point, to: Point) =>
  pointer(move(from), down, ...[0.25, 0.5, 0.75, 1].map((part) => move({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }, 20)), up);

export const key = (value: string): Action[] => [
  { type: "key", id: "keyboard", actions: [{ type: "keyDown", value }, { type: "keyUp", value }] },
];

/** A function and its values as an expression whose value is a promise of JSON. */
export const expression = (run: (...values: never[]) => unknown, values: unknown[]) =>
  `Promise.resolve((${run})(...${JSON.stringify(values)})).then((value) => JSON.stringify({ value }))`;

export const parsed = <Result>(json: unknown) => (JSON.parse(json as string) as { value: Result }).value;
