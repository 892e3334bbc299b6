// The network around a thing, which can be moved and goes on from neighbour to neighbour. What it knows it reads from the
// network of the page, and of the neighbours' pages; the table below the drawing says the same in words.

import Graph from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";
import Sigma from "sigma";

const MOST = 240; // things that are drawn
const ROUNDS = 160;
const LONGEST = 34; // letters of a name in the drawing; the table has it whole

export async function show(place, still, words, told) {
  place.className = "live-network";
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.setAttribute("aria-hidden", "true");
  place.append(canvas);
  const graph = new Graph({ type: "directed", multi: false });
  const here = location.href;
  const centre = add(graph, here, document.querySelector("h1"), 0);
  graph.mergeNodeAttributes(centre, { size: 13, opened: true });
  take(graph, centre, still, here);
  const drawn = new Sigma(graph, canvas, settings());
  const held = { hovered: undefined };
  const network = { graph, drawn, held, words, told, place };
  place.append(tools(network), table(network));
  colour(network);
  arrange(graph);
  follow(network);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const again = () => colour(network);
  scheme.addEventListener("change", again);
  return () => {
    scheme.removeEventListener("change", again);
    drawn.kill();
  };
}

function settings() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    renderEdgeLabels: true,
    labelFont: getComputedStyle(document.body).fontFamily,
    edgeLabelFont: getComputedStyle(document.body).fontFamily,
    labelSize: 13,
    edgeLabelSize: 12,
    labelRenderedSizeThreshold: 4,
    labelDensity: 1.4,
    defaultEdgeType: "arrow",
    minCameraRatio: 0.1,
    maxCameraRatio: 4,
    zIndex: true,
    ...(calm ? { zoomDuration: 0, inertiaDuration: 0, doubleClickZoomingDuration: 0 } : {}),
  };
}

function add(graph, address, name, spot) {
  const url = new URL(address, location.href);
  const key = url.pathname;
  if (!graph.hasNode(key)) {
    const angle = spot * 2.399963; // the golden angle: no two lie on each other
    graph.addNode(key, {
      label: name.textContent.trim().replace(/\s+/gu, " "),
      lang: name.lang || name.querySelector("[lang]")?.lang || "",
      href: url.href,
      x: Math.sqrt(spot) * Math.cos(angle),
      y: Math.sqrt(spot) * Math.sin(angle),
      size: 7,
    });
  }
  return key;
}

// Takes over what a network of a page shows; returns how many things came new.
function take(graph, centre, shown, base) {
  const before = graph.order;
  for (const [side, outwards] of [[".left", false], [".right", true]]) {
    for (const item of shown.querySelectorAll(`ul${side} > li`)) {
      const link = item.querySelector("a");
      if (!link || graph.order >= MOST) continue;
      const other = add(graph, new URL(link.getAttribute("href"), base), link, graph.order);
      const [from, to] = outwards ? [centre, other] : [other, centre];
      const label = item.querySelector(".how")?.textContent.trim() ?? "";
      if (other !== centre && !graph.hasEdge(from, to)) graph.addEdge(from, to, { label, size: 1.5 });
    }
  }
  return graph.order - before;
}

function arrange(graph) {
  const inferred = forceAtlas2.inferSettings(graph);
  forceAtlas2.assign(graph, { iterations: ROUNDS, settings: { ...inferred, gravity: 0.6, adjustSizes: false } });
}

function colour({ graph, drawn, held }) {
  const style = getComputedStyle(document.documentElement);
  const [ink, quiet, accent, line, ground] = ["--ink", "--quiet", "--accent", "--edge", "--ground"].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  drawn.setSetting("labelColor", { color: ink });
  drawn.setSetting("edgeLabelColor", { color: quiet });
  drawn.setSetting("defaultDrawNodeHover", (context, node, given) => {
    context.font = `${given.labelWeight} ${given.labelSize}px ${given.labelFont}`;
    const width = context.measureText(node.label).width;
    context.fillStyle = ground;
    context.fillRect(node.x + node.size, node.y - 12, width + 12, 24);
    context.fillStyle = ink;
    context.fillText(node.label, node.x + node.size + 3, node.y + given.labelSize / 3);
  });
  drawn.setSetting("nodeReducer", (node, given) => {
    const near = !held.hovered || held.hovered === node || graph.areNeighbors(held.hovered, node);
    const shown = given.opened ? accent : quiet;
    return { ...given, color: near ? shown : `${line}44`, label: near ? shortened(given.label, held.hovered === node) : "", forceLabel: near && given.size > 8 };
  });
  drawn.setSetting("edgeReducer", (edge, given) => {
    const near = !held.hovered || graph.hasExtremity(edge, held.hovered);
    return { ...given, color: near ? (held.hovered ? accent : line) : `${line}44`, label: near ? given.label : "" };
  });
  drawn.refresh();
}

function shortened(label, whole) {
  return whole || label.length <= LONGEST ? label : `${label.slice(0, LONGEST - 1).trimEnd()}…`;
}

function follow(network) {
  const { graph, drawn, held, place } = network;
  drawn.on("enterNode", ({ node }) => {
    held.hovered = node;
    place.classList.toggle("can-open", !graph.getNodeAttribute(node, "opened"));
    drawn.refresh({ skipIndexation: true });
  });
  drawn.on("leaveNode", () => {
    held.hovered = undefined;
    place.classList.remove("can-open");
    drawn.refresh({ skipIndexation: true });
  });
  drawn.on("clickNode", ({ node }) => open(network, node));
}

// Fetches the page of a neighbour and adds the network that it shows.
async function open(network, node) {
  const { graph, drawn, words, told, place } = network;
  const { href, opened, label } = graph.getNodeAttributes(node);
  if (opened) return;
  graph.setNodeAttribute(node, "opened", true);
  try {
    const answer = await fetch(href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`${href} answers ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = page.querySelector(".network");
    const came = shown ? take(graph, node, shown, href) : 0;
    graph.setNodeAttribute(node, "size", 10);
    told.textContent = `${label}: +${came}`;
    arrange(graph);
  } catch (error) {
    graph.setNodeAttribute(node, "opened", false);
    told.textContent = words.failed;
    console.warn(error);
  }
  drawn.refresh();
  place.querySelector(".relations").replaceWith(table(network));
  choices(network);
}

// The controls: nearer, farther, and, for keyboards, the thing whose neighbours are to be added.
function tools(network) {
  const { drawn, words } = network;
  const bar = document.createElement("div");
  bar.className = "network-tools";
  const camera = drawn.getCamera();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const zoom = (sign, name, factor) =>
    button(sign, name, () => camera.animate({ ratio: camera.getState().ratio * factor }, { duration: calm ? 1 : 200 }));
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", words.which);
  const go = button(words.add, "", () => choice.value && open(network, choice.value));
  bar.append(zoom("+", words.nearer, 1 / 1.5), zoom("−", words.farther, 1.5), choice, go);
  network.choice = choice;
  choices(network);
  return bar;
}

function choices({ graph, choice }) {
  const left = graph.filterNodes((_, { opened }) => !opened);
  choice.replaceChildren(...left.map((node) => {
    const option = document.createElement("option");
    const { label, lang } = graph.getNodeAttributes(node);
    option.value = node;
    option.textContent = label;
    if (lang) option.lang = lang;
    return option;
  }));
}

function button(text, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain-button";
  made.textContent = text;
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

// Every line of the drawing in words: from, how, to.
function table({ graph, words }) {
  const holder = document.createElement("div");
  holder.className = "relations scroll";
  holder.tabIndex = 0;
  holder.setAttribute("role", "region");
  holder.setAttribute("aria-label", words.table);
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const title of [words.from, words.how, words.to]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = title;
    head.append(cell);
  }
  const body = made.createTBody();
  graph.forEachEdge((_, { label }, from, to) => {
    const row = body.insertRow();
    row.insertCell().append(link(graph.getNodeAttributes(from)));
    row.insertCell().textContent = label;
    row.insertCell().append(link(graph.getNodeAttributes(to)));
  });
  holder.append(made);
  return holder;
}

function link({ href, label, lang }) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = label;
  if (lang) made.lang = lang;
  made.dir = "auto";
  return made;
}
