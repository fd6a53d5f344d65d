// Python in a worker of its own. What it fetches is kept on the device, so that a second visit, or
// a stop without a network, needs no transfer.

const here = new URL(".", import.meta.url);
const runtime = new URL("runtime/", here).href;
const plain = self.fetch.bind(self);
const fetched = new Set();
let python, cells, notebook, exercises, cache, say;

/** Remember the files of this version, and forget those of others. */
async function remember(version) {
  try {
    const name = `convbook-live-${version}`;
    for (const old of await caches.keys()) if (old.startsWith("convbook-live-") && old !== name) await caches.delete(old);
    cache = await caches.open(name);
  } catch {
    // no storage here: the browser's own cache has to do
  }
}

/** Fetch a file once; say how far it is. */
async function get(address, options) {
  const url = String(address.url ?? address);
  if (!url.startsWith(here.href)) return plain(address, options);
  const kept = await cache?.match(url);
  if (kept) return kept;
  const got = await plain(url, options).catch(() => {
    throw new Error(`${supplying || "This"} cannot be fetched: is there a network?`);
  });
  if (!got.ok) throw new Error(`${url.split("/").pop()} is not there: the server says ${got.status}`);
  cache?.put(url, got.clone()).catch(() => {});
  return new Response(got.body.pipeThrough(counter()), { status: got.status, headers: got.headers });
}

let [bytes, supplying] = [0, ""];
function counter() {
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (supplying) say?.(`Fetching ${supplying}: ${(bytes / 1e6).toFixed(1)} MB so far …`);
      controller.enqueue(chunk);
    },
    flush() {
      if (supplying) say?.(`Starting ${supplying} …`);
    },
  });
}

self.fetch = get;
const data = async (name) => new Uint8Array(await (await get(new URL(name, here))).arrayBuffer());

/** Import a script of the runtime, from what is kept. */
async function load(name) {
  const text = await data(`runtime/${name}`);
  return import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
}

async function start({ v }) {
  supplying = "Python";
  await remember(v);
  const [{ loadPyodide }] = await Promise.all([load("pyodide.mjs"), load("pyodide.asm.js")]);
  const quiet = () => {};
  python = await loadPyodide({ indexURL: runtime, stdout: quiet, stderr: quiet, env: { MPLBACKEND: "AGG", HOME: "/home/pyodide" } });
  await packages(["numpy"]);
  await bring("convbook");
  for (const name of ["cells", "surroundings", "exercises"]) python.FS.writeFile(`/home/pyodide/${name}.py`, await data(`${name}.py?v=${v}`));
  python.FS.mkdir("/data");
  python.runPython("import logging, surroundings; surroundings.arrange(); logging.getLogger('matplotlib').setLevel(logging.ERROR)");
  cells = python.pyimport("cells");
  notebook = cells.anew();
  exercises = python.pyimport("exercises");
  supplying = "";
}

async function packages(list) {
  await python.loadPackage(list, { messageCallback() {}, errorCallback() {} });
  const loaded = Object.keys(python.loadedPackages).map((name) => name.toLowerCase()); // Pillow
  const absent = list.filter((name) => !loaded.includes(name));
  if (absent.length) throw new Error(`${absent.join(", ")} cannot be fetched: is there a network?`);
}

const bring = async (name) => python.unpackArchive(await data(`${name}.zip`), "zip", { extractDir: "/lib/python3.12/site-packages" });

/** Fetch what a cell needs: packages of the runtime, one of the site's, or photographs. */
async function supply(list) {
  const wanted = list.filter((name) => !fetched.has(name));
  for (const name of wanted) {
    [bytes, supplying] = [0, name === "matplotlib" ? "Matplotlib" : name];
    if (name === "matplotlib" || name === "pillow") await packages([name]);
    else if (name === "openpyxl") await Promise.all(["et_xmlfile", "openpyxl"].map(bring));
    else python.FS.writeFile(`/data/${name}.npz`, await data(`data/${name}.npz`));
    fetched.add(name);
  }
  supplying = "";
}

/** Fetch for later what the chapter draws with, so that the network may go. */
async function ahead() {
  ahead.done = true;
  if (!cache || navigator.connection?.saveData) return;
  try {
    const { packages } = await (await fetch(`${runtime}pyodide-lock.json`)).json();
    for (const name of [...packages.matplotlib.depends, "matplotlib"]) await fetch(`${runtime}${packages[name].file_name}`);
  } catch {
    ahead.done = false; // the network is gone; it is tried again after the next cell
  }
}

const toJs = (proxy) => {
  const made = proxy.toJs();
  proxy.destroy();
  return made;
};

const kinds = {
  start: ({ facts }) => start(facts),
  async run({ code, shown }) {
    await supply(toJs(notebook.needs(code, shown)));
    say("Running …");
    return toJs(notebook.run(code, shown));
  },
  anew() {
    notebook = cells.anew();
  },
  check({ solution, asks }) {
    return toJs(exercises.check(notebook.names, python.toPy(solution), python.toPy(asks)));
  },
};

let turn = Promise.resolve();
self.onmessage = ({ data: { id, kind, ...rest } }) => {
  turn = turn.then(async () => {
    say = (progress) => postMessage({ id, progress });
    try {
      postMessage({ id, result: await kinds[kind](rest) });
    } catch (error) {
      postMessage({ id, error: String(error.message ?? error) });
    }
    say = undefined;
    if (kind === "run" && rest.shown && !ahead.done) ahead();
  });
};
