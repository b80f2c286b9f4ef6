"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const part = function (name) { return document.getElementById(name); };
  const root = part("player"), canvas = part("view"), pen = canvas.getContext("2d");
  const state = { mode: data.selected, phase: 0, amplitude: 1, playing: true,
                  elevation: data.view[0], azimuth: data.view[1], zoom: 1 };
  let isDark = false;
  const stops = data.colours.map(function (text) {
    return [1, 3, 5].map(function (at) { return parseInt(text.slice(at, at + 2), 16); });
  });

  // Where things are -------------------------------------------------------------------------------------
  const low = [0, 1, 2].map(function (k) { return Math.min.apply(null, data.points.map(function (p) { return p[k]; })); });
  const high = [0, 1, 2].map(function (k) { return Math.max.apply(null, data.points.map(function (p) { return p[k]; })); });
  const centre = low.map(function (value, k) { return (value + high[k]) / 2; });
  function displacements() {
    const mode = data.modes[state.mode], c = Math.cos(state.phase), s = Math.sin(state.phase);
    return data.points.map(function (_, i) {
      return [0, 1, 2].map(function (k) { return mode.re[i][k] * c - (mode.im ? mode.im[i][k] * s : 0); });
    });
  }

  function dot(u, v) {
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  }

  function fromCentre(p) {
    return [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]];
  }

  // Right, up and towards the eye, seen from elevation and azimuth in degrees.
  function axes(elevation, azimuth) {
    const a = azimuth * Math.PI / 180, e = elevation * Math.PI / 180;
    return [[-Math.sin(a), Math.cos(a), 0], [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)],
            [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)]];
  }

  // The largest scale at which everything is in the picture at first; it stays when the structure is turned.
  function fit(width, height) {
    const home = axes(data.view[0], data.view[1]);
    const reach = [0, 1].map(function (k) {
      return data.reach + Math.max.apply(null, data.points.map(function (p) { return Math.abs(dot(fromCentre(p), home[k])); }));
    });
    return Math.min(0.46 * width / reach[0], 0.42 * height / reach[1]) || 1;
  }

  function camera(width, height) {
    const eye = axes(state.elevation, state.azimuth), scale = state.zoom * fit(width, height);
    return {
      turn: function (v) { return [dot(v, eye[0]), -dot(v, eye[1])]; },
      see: function (p) {
        const q = fromCentre(p);
        return [width / 2 + scale * dot(q, eye[0]), height / 2 - scale * dot(q, eye[1]), dot(q, eye[2])];
      },
    };
  }

  function colour(share, alpha) {
    const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const first = Math.min(Math.floor(place), stops.length - 2), rest = place - first;
    const rgb = stops[first].map(function (value, k) {
      const mixed = value + rest * (stops[first + 1][k] - value);
      return Math.round(isDark ? mixed + 0.18 * (255 - mixed) : mixed);
    });
    return "rgba(" + rgb.join(",") + "," + alpha + ")";
  }

  // Drawing ----------------------------------------------------------------------------------------------
  function draw() {
    const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
    const width = Math.max(box.width, 1), height = Math.max(box.height, 1);
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(root), faint = style.getPropertyValue("--quiet"), edge = style.getPropertyValue("--pale");
    isDark = style.colorScheme === "dark";
    const look = camera(width, height), moved = displacements(), most = data.modes[state.mode].most || 1;
    const shares = moved.map(function (u) { return Math.hypot(u[0], u[1], u[2]) / most; });
    const rest = data.points.map(look.see);
    const now = data.points.map(function (p, i) {
      return look.see([0, 1, 2].map(function (k) { return p[k] + state.amplitude * moved[i][k]; }));
    });
    const known = function (corners) { return corners.every(function (i) { return data.measured[i]; }); };
    const mean = function (corners) {
      return corners.reduce(function (sum, i) { return sum + shares[i]; }, 0) / corners.length;
    };

    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.setLineDash([4, 4]);
    data.lines.forEach(function (line) { stroke([rest[line[0]], rest[line[1]]], faint, 0.8); });
    pen.setLineDash([]);
    const depth = function (corners) {
      return corners.reduce(function (sum, i) { return sum + now[i][2]; }, 0) / corners.length;
    };
    data.surfaces.filter(known).sort(function (a, b) { return depth(a) - depth(b); }).forEach(function (corners) {
      trace(corners.map(function (i) { return now[i]; }));
      pen.closePath();
      pen.fillStyle = colour(mean(corners), 0.45);
      pen.fill();
    });
    data.lines.slice().sort(function (a, b) { return depth(a) - depth(b); }).forEach(function (line) {
      const sure = known(line);
      stroke([now[line[0]], now[line[1]]], sure ? colour(mean(line), 1) : edge, sure ? 2.4 : 1.2);
    });
    if (data.sparse) {
      data.points.forEach(function (_, i) { if (data.measured[i]) { stroke([rest[i], now[i]], colour(0.67, 1), 1.2); } });
    }
    if (data.marks) {
      now.forEach(function (p, i) { if (data.measured[i]) { mark(p, colour(shares[i], 1)); } });
    }
    triad(look, height, faint);
  }

  function trace(places) {
    pen.beginPath();
    places.forEach(function (p, i) { if (i) { pen.lineTo(p[0], p[1]); } else { pen.moveTo(p[0], p[1]); } });
  }

  function stroke(places, style, thickness) {
    trace(places);
    pen.strokeStyle = style;
    pen.lineWidth = thickness;
    pen.stroke();
  }

  function mark(place, style) {
    pen.beginPath();
    pen.arc(place[0], place[1], 3, 0, 2 * Math.PI);
    pen.fillStyle = style;
    pen.fill();
  }

  function triad(look, height, style) {
    const corner = [46, height - 46];
    pen.font = "13px " + getComputedStyle(root).getPropertyValue("--sans");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]].forEach(function (axis, k) {
      const tip = look.turn(axis);
      if (Math.hypot(tip[0], tip[1]) < 0.15) { return; }
      stroke([corner, [corner[0] + 26 * tip[0], corner[1] + 26 * tip[1]]], style, 1.2);
      pen.fillStyle = style;
      pen.fillText("xyz"[k], corner[0] + 37 * tip[0], corner[1] + 37 * tip[1]);
    });
  }

  // Time and hands ---------------------------------------------------------------------------------------
  let last = null, wanted = false;

  function step(time) {
    wanted = false;
    if (state.playing && last !== null) {
      state.phase = (state.phase + 2 * Math.PI * Math.min(time - last, 100) / 1000 / data.period) % (2 * Math.PI);
      part("phase").value = Math.round(state.phase * 180 / Math.PI);
    }
    last = state.playing ? time : null;
    draw();
    if (state.playing) { refresh(); }
  }

  function refresh() {
    if (!wanted) {
      wanted = true;
      window.requestAnimationFrame(step);
    }
  }

  function play(on) {
    state.playing = on;
    part("play").textContent = on ? "Pause" : "Play";
    refresh();
  }

  function choose(mode) {
    state.mode = (mode + data.modes.length) % data.modes.length;
    part("mode").value = String(state.mode);
    part("title").textContent = data.modes[state.mode].title;
    canvas.setAttribute("aria-label", data.modes[state.mode].title);
    refresh();
  }

  function turn(across, up) {
    state.azimuth -= across;
    state.elevation = Math.min(Math.max(state.elevation + up, -90), 90);
    refresh();
  }

  function zoom(factor) {
    state.zoom = Math.min(Math.max(state.zoom * factor, 0.2), 20);
    refresh();
  }

  function reset() {
    state.elevation = data.view[0];
    state.azimuth = data.view[1];
    state.zoom = 1;
    refresh();
  }

  const keys = {
    ArrowLeft: function () { turn(-5, 0); }, ArrowRight: function () { turn(5, 0); },
    ArrowUp: function () { turn(0, 5); }, ArrowDown: function () { turn(0, -5); },
    "+": function () { zoom(1.1); }, "=": function () { zoom(1.1); }, "-": function () { zoom(1 / 1.1); },
    " ": function () { play(!state.playing); }, "0": reset,
    n: function () { choose(state.mode + 1); }, p: function () { choose(state.mode - 1); },
  };

  data.modes.forEach(function (mode, index) {
    const option = document.createElement("option");
    option.value = String(index);
    option.textContent = mode.title;
    part("mode").append(option);
  });
  part("mode").addEventListener("change", function (event) { choose(Number(event.target.value)); });
  part("play").addEventListener("click", function () { play(!state.playing); });
  part("reset").addEventListener("click", reset);
  part("amplitude").addEventListener("input", function (event) { state.amplitude = Number(event.target.value); refresh(); });
  part("phase").addEventListener("input", function (event) {
    state.phase = Number(event.target.value) * Math.PI / 180;
    play(false);
  });
  root.addEventListener("keydown", function (event) {
    const busy = event.target instanceof HTMLElement && event.target.closest("form") !== null;
    if (busy || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) { return; }
    event.preventDefault();
    keys[event.key]();
  });
  canvas.addEventListener("pointerdown", function (event) { canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", function (event) {
    if (canvas.hasPointerCapture(event.pointerId)) { turn(0.4 * event.movementX, 0.4 * event.movementY); }
  });
  canvas.addEventListener("wheel", function (event) {
    if (root !== document.body && document.activeElement !== canvas) { return; }  // then the page is scrolled
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 600));
  }, { passive: false });
  new ResizeObserver(refresh).observe(canvas);  // a change of the window, of what is around, of the zoom
  new MutationObserver(refresh).observe(document.documentElement, { attributes: true });  // light or dark by hand
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
  choose(state.mode);
  play(!window.matchMedia("(prefers-reduced-motion: reduce)").matches);
}());
