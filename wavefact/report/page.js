
"use strict";
(function () {
  // Light and dark -----------------------------------------------------------------------------------------
  const root = document.documentElement, dark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  }

  function tellTheme() {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", "Show the page " + (isDark() ? "light" : "dark"));
  }

  theme.hidden = false;
  theme.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  dark.addEventListener("change", tellTheme);
  tellTheme();

  // Tables -------------------------------------------------------------------------------------------------
  const words = new Intl.Collator("en", { numeric: true });

  function compare(a, b, down) {
    const left = a.dataset.value, right = b.dataset.value;
    if (left === undefined || right === undefined) {
      return (down ? -1 : 1) * words.compare(a.textContent, b.textContent);
    }
    if (left === "" || right === "") { return (left === "") - (right === ""); }  // unknown values come last
    return (down ? -1 : 1) * (Number(left) - Number(right));
  }

  function sort(table, column, head) {
    const down = head.getAttribute("aria-sort") === "ascending", body = table.tBodies[0];
    const rows = Array.from(body.rows).sort(function (a, b) { return compare(a.cells[column], b.cells[column], down); });
    Array.from(table.tHead.rows[0].cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append.apply(body, rows);
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    if (table.tBodies[0].rows.length < 2) { return; }
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.from(head.childNodes));
      button.addEventListener("click", function () { sort(table, column, head); });
      head.append(button);
    });
  });

  // Values of curves under the pointer or the arrow keys -----------------------------------------------------
  function written(value) {
    if (value === null) { return "–"; }
    const size = Math.abs(value);
    if (size === 0 || (size >= 1e-4 && size < 1e6)) { return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 8, useGrouping: size >= 1e4 }); }
    const parts = value.toExponential(3).split("e");
    const power = parts[1].replace("+", "").replace(/./g, function (sign) { return "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]; });
    return Number(parts[0]) + " × 10" + power;
  }

  function readable(plot, data) {
    const frame = plot.parentElement, cursor = document.createElement("div"), told = document.createElement("p");
    cursor.className = "cursor";
    cursor.hidden = true;
    told.className = "told";
    told.setAttribute("role", "status");
    told.textContent = "Values: point at the figure, or focus it and use the arrow keys.";
    plot.append(cursor);
    frame.parentElement.append(told);
    const box = data.box, low = data.limits[0], high = data.limits[1];
    let now = -1;

    function show(index) {
      now = Math.min(Math.max(index, 0), data.at.length - 1);
      const share = (data.at[now] - low) / (high - low);
      cursor.hidden = false;
      cursor.style.left = 100 * (box[0] + share * box[2]) + "%";
      cursor.style.top = 100 * box[1] + "%";
      cursor.style.height = 100 * box[3] + "%";
      const place = data.texts ? data.texts[now] : written(data.at[now]) + (data.unit ? " " + data.unit : "");
      told.className = "told read";
      const values = data.series.map(function (each) { return each.label + " " + written(each.values[now]); });
      told.textContent = data.name + " " + place + (values.length ? ": " + values.join(", ") + " " + data.suffix : "");
    }

    function nearest(value) {
      let best = 0;
      data.at.forEach(function (at, index) {
        if (Math.abs(at - value) < Math.abs(data.at[best] - value)) { best = index; }
      });
      return best;
    }

    plot.addEventListener("pointermove", function (event) {
      const place = plot.getBoundingClientRect();
      const share = ((event.clientX - place.left) / place.width - box[0]) / box[2];
      show(nearest(low + Math.min(Math.max(share, 0), 1) * (high - low)));
    });
    frame.addEventListener("keydown", function (event) {
      const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
      if (!Object.hasOwn(steps, event.key) || event.ctrlKey || event.metaKey || event.altKey) { return; }
      event.preventDefault();
      show(now + steps[event.key]);
    });
  }

  document.querySelectorAll(".plot > script").forEach(function (data) {
    readable(data.parentElement, JSON.parse(data.textContent));
  });

  // Where a table or figure is wider than the page, it is said that it can be moved ---------------------------
  const frames = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      const frame = entry.target.closest(".wide");
      frame.previousElementSibling.hidden = frame.scrollWidth <= frame.clientWidth + 1;
    });
  });
  document.querySelectorAll(".wide").forEach(function (frame) {
    const more = document.createElement("p");
    more.className = "more";
    more.textContent = "Scroll sideways for the rest →";
    more.hidden = true;
    frame.before(more);
    frames.observe(frame);
    frames.observe(frame.firstElementChild);
  });

  // On paper everything is open ------------------------------------------------------------------------------
  const folded = document.querySelectorAll("details");
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(folded).filter(function (each) { return !each.open; });
    opened.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (each) { each.open = false; });
  });
}());
