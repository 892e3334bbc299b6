// Countries of Europe and around it, cut from world-atlas (Natural Earth, public domain): only the shapes that lie in view
// and the lines that these need.

const WEST = -32;
const EAST = 62;
const SOUTH = 26;
const NORTH = 82;
const OUTER = 10; // polygons wholly outside by more than this many degrees of longitude are left out

export function cut(topology) {
  const boxes = topology.arcs.map((arc) => box(arc, topology.transform));
  const kept = new Map();
  const keep = (index) => {
    const own = index < 0 ? ~index : index;
    if (!kept.has(own)) kept.set(own, kept.size);
    return index < 0 ? ~kept.get(own) : kept.get(own);
  };
  const seen = (polygon) => polygon[0].some((index) => meets(boxes[index < 0 ? ~index : index]));
  const geometries = [];
  for (const country of topology.objects.countries.geometries) {
    const polygons = country.type === "Polygon" ? [country.arcs] : country.type === "MultiPolygon" ? country.arcs : [];
    const arcs = polygons.filter(seen).map((polygon) => polygon.map((ring) => ring.map(keep)));
    if (arcs.length) geometries.push({ type: "MultiPolygon", arcs });
  }
  return {
    type: "Topology",
    transform: topology.transform,
    objects: { countries: { type: "GeometryCollection", geometries } },
    arcs: [...kept.keys()].map((index) => topology.arcs[index]),
  };
}

function box(arc, { scale, translate }) {
  let [x, y] = [0, 0];
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [dx, dy] of arc) {
    x += dx;
    y += dy;
    const [lon, lat] = [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    [west, east, south, north] = [Math.min(west, lon), Math.max(east, lon), Math.min(south, lat), Math.max(north, lat)];
  }
  return { west, east, south, north };
}

function meets({ west, east, south, north }) {
  return east >= WEST - OUTER && west <= EAST + OUTER && north >= SOUTH && south <= NORTH;
}
