// Python in a worker: it can be stopped, and the page never waits for it.

const NETWORK = "Python cannot be fetched: is there a network? What the book printed stays below.";

export class Python {
  constructor(facts, forget) {
    [this.facts, this.forget, this.waiting, this.count] = [facts, forget, new Map(), 0];
  }

  get started() {
    return Boolean(this.ready);
  }

  /** A worker with nothing in it. */
  fresh() {
    const worker = new Worker(new URL(`worker.js?v=${this.facts.v}`, import.meta.url), { type: "module" });
    worker.broken = new Promise((resolve) => worker.addEventListener("error", resolve, { once: true }));
    worker.broken.then(() => this.spare === worker && (this.spare = undefined));
    return worker;
  }

  /** Start Python. A second worker waits empty, so that stopping needs no network. */
  start(progress) {
    return (this.ready ??= this.boot(progress));
  }

  async boot(progress) {
    const worker = (this.worker = this.spare ?? this.fresh());
    this.spare = this.fresh();
    worker.broken.then(() => this.worker === worker && this.end(NETWORK));
    worker.onmessage = ({ data }) => this.heard(data);
    await this.ask({ kind: "start", facts: this.facts }, progress);
  }

  heard({ id, progress, error, result }) {
    const asked = this.waiting.get(id);
    if (progress) return asked?.progress(progress);
    this.waiting.delete(id);
    if (error) asked?.reject(new Error(error));
    else asked?.resolve(result);
  }

  ask(message, progress) {
    const id = ++this.count;
    this.worker.postMessage({ id, ...message });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, progress }));
  }

  async run(code, shown, progress) {
    return this.after(progress, { kind: "run", code, shown });
  }

  async check(solution, asks, progress) {
    return this.after(progress, { kind: "check", solution, asks });
  }

  /** Forget all names; the packages stay. */
  async anew() {
    await this.after(() => {}, { kind: "anew" });
    this.forget();
  }

  async after(progress, message) {
    try {
      await this.start(progress);
    } catch (error) {
      this.end();
      throw error;
    }
    return this.ask(message, progress);
  }

  /** End Python, whatever it does; all names are gone. */
  stop() {
    this.end("Stopped. Python has forgotten everything; the next run begins with the first cell.");
  }

  end(reason = NETWORK) {
    this.worker?.terminate();
    this.worker = this.ready = undefined;
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
    this.forget();
  }
}
