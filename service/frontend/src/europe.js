// Lambert's azimuthal equal-area projection about the middle of Europe, the one of the drawings that the server makes: a
// dot of a drawing lies at the same spot of the map. Numbers as in koinon/publish/maps/projection.py.

import { CRS, LatLng, Point, Transformation, Util } from "leaflet/dist/leaflet-src.esm.js";

const DEGREE = Math.PI / 180;
const MIDDLE = 52 * DEGREE;
const MERIDIAN = 10 * DEGREE;
const RADIUS = 6371 / 2; // a unit of a drawing is two kilometres
const PIXELS = 0.25; // of a unit at zoom 0

const projection = {
  project({ lat, lng }) {
    const phi = lat * DEGREE;
    const delta = lng * DEGREE - MERIDIAN;
    const spread = 1 + Math.sin(MIDDLE) * Math.sin(phi) + Math.cos(MIDDLE) * Math.cos(phi) * Math.cos(delta);
    const factor = RADIUS * Math.sqrt(2 / Math.max(spread, 1e-9));
    const north = Math.cos(MIDDLE) * Math.sin(phi) - Math.sin(MIDDLE) * Math.cos(phi) * Math.cos(delta);
    return new Point(factor * Math.cos(phi) * Math.sin(delta), -factor * north);
  },
  unproject({ x, y: south }) {
    const y = -south;
    const far = Math.hypot(x, y);
    if (far < 1e-9) return new LatLng(MIDDLE / DEGREE, MERIDIAN / DEGREE);
    const angle = 2 * Math.asin(Math.min(1, far / (2 * RADIUS)));
    const lat = Math.asin(Math.cos(angle) * Math.sin(MIDDLE) + (y * Math.sin(angle) * Math.cos(MIDDLE)) / far);
    const across = far * Math.cos(MIDDLE) * Math.cos(angle) - y * Math.sin(MIDDLE) * Math.sin(angle);
    return new LatLng(lat / DEGREE, (MERIDIAN + Math.atan2(x * Math.sin(angle), across)) / DEGREE);
  },
};

export const EUROPE = Util.extend({}, CRS.Earth, {
  code: "EPSG:3035",
  projection,
  transformation: new Transformation(1, 0, 1, 0),
  infinite: true,
  wrapLng: undefined,
  scale: (zoom) => PIXELS * 2 ** zoom,
  zoom: (scale) => Math.log2(scale / PIXELS),
});

// The place of a spot of a drawing, and the zoom at which a unit has so many pixels.
export const placed = (x, y) => projection.unproject(new Point(x, y));
export const zoomFor = (pixels) => Math.log2(pixels / PIXELS);
