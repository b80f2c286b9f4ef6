// Runs the script of an animated page with a stub of a browser: node run_page.js PAGE.html.
// Prints the lines of three pictures as JSON: at once, a quarter of the period later, and after input.
"use strict";
const html = require("fs").readFileSync(process.argv[2], "utf8");
const json = html.match(/<script type="application\/json" id="data">([\s\S]*?)<\/script>/)[1];
const code = html.match(/<script>\n([\s\S]*?)<\/script>/)[1];
let lines = [], path = [], frame = null;
const drawn = { beginPath: () => { path = []; }, moveTo: (x, y) => path.push([x, y]), lineTo: (x, y) => path.push([x, y]),
                stroke: () => lines.push(path.slice()) };
const pen = new Proxy(drawn, { get: (own, name) => own[name] ?? (() => {}) });
const parts = {};
const part = (id) => (parts[id] ??= {
  handlers: {}, options: 0, textContent: id === "data" ? json : "",
  addEventListener(name, call) { this.handlers[name] = call; },
  append() { this.options += 1; }, setAttribute() {}, getContext: () => pen, hasPointerCapture: () => true,
  getBoundingClientRect: () => ({ width: 800, height: 600 }),
});
globalThis.document = { getElementById: part, createElement: () => ({}), documentElement: {}, body: part("player") };
globalThis.window = { devicePixelRatio: 1, requestAnimationFrame: (call) => { frame = call; },
                      matchMedia: () => ({ matches: false, addEventListener() {} }) };
globalThis.HTMLElement = class {};
globalThis.ResizeObserver = globalThis.MutationObserver = class { observe() {} };
globalThis.getComputedStyle = () => ({ colorScheme: "light", getPropertyValue: () => "#000000" });
const picture = (time) => { const draw = frame; frame = null; lines = []; draw(time); return lines; };
new Function(code)();
const first = picture(0);
let later = [];
for (let time = 0; time <= 1000 * JSON.parse(json).period / 4; time += 50) { later = picture(time); }
for (const key of ["n", "ArrowLeft", "ArrowUp", "+", "-", "p", " "]) {
  part("player").handlers.keydown({ key, target: {}, preventDefault() {} });
}
part("view").handlers.pointermove({ pointerId: 1, movementX: 9, movementY: 3 });
part("view").handlers.wheel({ deltaY: 50, preventDefault() {} });
part("mode").handlers.change({ target: { value: "0" } });
part("phase").handlers.input({ target: { value: "0" } });
part("reset").handlers.click();
part("amplitude").handlers.input({ target: { value: "2" } });
process.stdout.write(JSON.stringify({ first, later, after: picture(2000), options: part("mode").options }));
