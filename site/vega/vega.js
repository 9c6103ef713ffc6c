// The parts of Vega that the site's charts need, as `window.vega`; the interpreter stands in for eval.
import {transforms} from 'vega-dataflow';
import * as encode from 'vega-encode';
import * as data from 'vega-transforms';
import * as views from 'vega-view-transforms';

Object.assign(transforms, data, views, encode);

export {expressionInterpreter} from 'vega-interpreter';
export {parse} from 'vega-parser';
export {View} from 'vega-view';
