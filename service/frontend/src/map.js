// A map that moves over the drawing of a map: the same dots and links, country shapes beneath, the operator's boundaries of
// regions where there are any. Everything it shows comes from the drawing; labels are text, never markup.

import { control, DivIcon, GeoJSON, Map as Leaflet, Marker } from "leaflet/dist/leaflet-src.esm.js";
import { feature } from "topojson-client";
import { EUROPE, placed, zoomFor } from "./europe.js";

const ASKED = 300; // boundaries of one request
const LEAST = 10; // pixels of the smallest dot, and of those that only name a shape
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export async function show(place, still, words) {
  const land = await json(words.land);
  const spots = read(still);
  place.className = "live-map";
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", still.getAttribute("aria-label"));
  const [left, top, width, height] = still.getAttribute("viewBox").split(/[\s,]+/u).map(Number);
  const drawn = still.getBoundingClientRect();
  place.style.height = `${Math.max(drawn.height, 300)}px`;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new Leaflet(place, {
    crs: EUROPE,
    zoomSnap: 0,
    minZoom: -1,
    maxZoom: 6,
    zoomControl: false,
    attributionControl: false,
    wheelPxPerZoomLevel: 120,
    zoomAnimation: !calm,
    fadeAnimation: !calm,
    markerZoomAnimation: !calm,
    inertia: !calm,
  });
  const fit = Math.min(drawn.width / width, Math.max(drawn.height, 300) / height);
  map.setView(placed(left + width / 2, top + height / 2), zoomFor(fit), { animate: false });
  control.zoom({ zoomInTitle: words.nearer, zoomOutTitle: words.farther }).addTo(map);
  control.scale({ imperial: false }).addTo(map);
  const countries = feature(land, land.objects.countries);
  new GeoJSON(countries, { interactive: false, style: { className: "land" } }).addTo(map);
  for (const tie of still.querySelectorAll("line.tie")) draw(tie, map);
  const shapes = await bounded(map, spots, words);
  mark(map, spots, fit, new Set(shapes.features.map((shape) => shape.properties.code)));
  const line = credit(place, [words.credit, shapes.credit]);
  requestAnimationFrame(() => map.invalidateSize({ animate: false }));
  return () => {
    line.remove();
    map.remove();
  };
}

// Reads the dots of a drawing: where they are, what they are called and where they lead.
function read(still) {
  return [...still.querySelectorAll("circle")].map((dot) => ({
    x: Number(dot.getAttribute("cx")),
    y: Number(dot.getAttribute("cy")),
    radius: Number(dot.getAttribute("r")),
    kind: dot.getAttribute("class"),
    code: dot.dataset.code,
    label: dot.querySelector("title")?.textContent.trim() ?? "",
    lang: dot.querySelector("title")?.lang || dot.querySelector("title")?.getAttribute("lang"),
    href: dot.closest("a")?.getAttribute("href"),
  }));
}

async function json(address) {
  const answer = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return answer.json();
}

// Draws the boundaries that the operator supplied; returns them with their credit line.
async function bounded(map, spots, words) {
  const known = new Map(spots.filter((spot) => spot.code).map((spot) => [spot.code, spot]));
  const codes = [...known.keys()].slice(0, ASKED);
  const none = { features: [], credit: "" };
  if (!codes.length) return none;
  const found = await json(`${words.boundaries}?code=${codes.join(",")}`).catch(() => none);
  if (!found.features.length) return none;
  const most = Math.max(...spots.map((spot) => spot.radius), 1);
  new GeoJSON(found, {
    style: (shape) => ({
      className: "boundary",
      fillOpacity: 0.12 + 0.4 * ((known.get(shape.properties.code)?.radius ?? 0) / most) ** 2,
    }),
    onEachFeature: (shape, layer) => {
      const spot = known.get(shape.properties.code);
      if (spot) layer.bindPopup(() => told(spot), { closeButton: false });
    },
  }).addTo(map);
  return found;
}

function draw(tie, map) {
  const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(tie.getAttribute(name)));
  const ends = [placed(x1, y1), placed(x2, y2)].map(({ lat, lng }) => [lng, lat]);
  new GeoJSON({ type: "LineString", coordinates: ends }, { interactive: false, style: { className: "tie" } }).addTo(map);
}

// Puts the dots on the map. One of them is reached by Tab, the others from it by the arrows.
function mark(map, spots, fit, shaped) {
  const buttons = new Map();
  for (const spot of [...spots].sort((one, other) => other.radius - one.radius)) {
    const size = shaped.has(spot.code) ? LEAST : Math.min(Math.max(LEAST, Math.round(2 * spot.radius * fit)), 46);
    const button = document.createElement("button");
    button.type = "button";
    button.className = `spot ${spot.kind}`;
    button.setAttribute("aria-label", spot.label);
    button.tabIndex = buttons.size ? -1 : 0;
    button.style.setProperty("--size", `${size}px`);
    const side = Math.max(size, 24);
    const icon = new DivIcon({ html: button, className: "spot-holder", iconSize: [side, side] });
    const marker = new Marker(placed(spot.x, spot.y), { icon, keyboard: false, riseOnHover: true, zIndexOffset: -size * 20 });
    marker.bindTooltip(named(spot), { direction: "top", offset: [0, -size / 2] });
    marker.bindPopup(() => told(spot), { closeButton: false, offset: [0, -size / 4] });
    marker.addTo(map);
    buttons.set(button, { spot, marker });
    button.addEventListener("focus", () => {
      map.panInside(marker.getLatLng(), { padding: [40, 40], animate: false });
      if (button.matches(":focus-visible")) marker.openTooltip();
    });
    button.addEventListener("blur", () => marker.closeTooltip());
    button.addEventListener("keydown", (event) => key(event, button, buttons));
    button.addEventListener("keypress", (event) => event.stopPropagation()); // Leaflet would open, and the click close
    let keyed = false; // whether a key opens what a click opens
    button.addEventListener("click", (event) => {
      keyed = event.detail === 0;
    });
    marker.on("popupopen", ({ popup }) => {
      const shown = popup.getElement();
      shown.onkeydown = (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        marker.closePopup();
        button.focus();
      };
      marker.closeTooltip();
      if (keyed) shown.querySelector("a")?.focus();
    });
  }
}

function key(event, button, buttons) {
  const { marker, spot } = buttons.get(button);
  if (event.key === "Escape") marker.closeTooltip().closePopup();
  const way = KEYS[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  let best;
  let least = Infinity;
  for (const [other, { spot: far }] of buttons) {
    const [x, y] = [far.x - spot.x, far.y - spot.y];
    const along = x * way[0] + y * way[1];
    const aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
    const cost = along + 2 * aside;
    if (along > 0 && cost < least) [best, least] = [other, cost];
  }
  if (!best) return;
  button.tabIndex = -1;
  best.tabIndex = 0;
  best.focus();
}

function named(spot) {
  const name = document.createElement("span");
  name.textContent = spot.label;
  if (spot.lang) name.lang = spot.lang;
  name.dir = "auto";
  return name;
}

function told(spot) {
  if (!spot.href) return named(spot);
  const link = document.createElement("a");
  link.href = spot.href;
  link.append(named(spot));
  return link;
}

function credit(place, credits) {
  const line = document.createElement("p");
  line.className = "map-credit";
  line.textContent = credits.filter(Boolean).join(" · ");
  place.after(line);
  return line;
}
