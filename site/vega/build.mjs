// Bundles vega.js into ../static and writes beside it the licences of all that went in, and its SHA-256.
import {createHash} from 'node:crypto';
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {buildSync} from 'esbuild';

const out = '../static/vega.js';
const {metafile} = buildSync({
  entryPoints: ['vega.js'], outfile: out, metafile: true,
  bundle: true, minify: true, format: 'iife', globalName: 'vega', target: 'es2020', charset: 'utf8',
  legalComments: 'none', banner: {js: '/* Vega and what it needs; licences and versions: vega.txt */'},
});
const inputs = Object.values(metafile.outputs)[0].inputs;
const packages = [...new Set(Object.keys(inputs).map(path => path.match(/node_modules\/([^/]+)/)?.[1]))];
const sections = packages.filter(Boolean).sort().map(name => {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(readFileSync(`${folder}/package.json`));
  const licence = readdirSync(folder).find(file => /^licen[cs]e/i.test(file));
  const text = licence ? readFileSync(`${folder}/${licence}`, 'utf8').trim() : `Author: ${about.author?.name ?? about.author}`;
  return `${name} ${about.version}, ${about.license}\n\n${text}\n`;
});
const hash = createHash('sha256').update(readFileSync(out)).digest('hex');
const head = `vega.js, SHA-256 ${hash}\nBuilt by site/vega from these packages:\n`;
writeFileSync('../static/vega.txt', [head, ...sections].join(`\n${'-'.repeat(80)}\n\n`));
