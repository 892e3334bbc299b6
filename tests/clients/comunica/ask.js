// Reads {"query", "sources"} as JSON from standard input and writes what Comunica answers as JSON.
import { QueryEngine } from '@comunica/query-sparql';
import { readFileSync } from 'node:fs';

const { query, sources } = JSON.parse(readFileSync(0, 'utf8'));
const engine = new QueryEngine();
const result = await engine.query(query, { sources: sources.map((value) => ({ type: 'sparql', value })) });
const mediaType = result.resultType === 'quads' ? 'application/n-quads' : 'application/sparql-results+json';
const { data } = await engine.resultToString(result, mediaType);
for await (const chunk of data) {
  process.stdout.write(chunk);
}
