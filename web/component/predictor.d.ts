// What <centroid-predictor> asks of the module that its src names. The exports
// predictor.mjs and the single-file JavaScript of a model are such modules; any
// other one that keeps this will do.

/** One column of a row, in the order of the training. */
export interface Input {
  name: string;
  kind: "number" | "category";
  /** Numbers: the range of the training. Absent, null or not finite where it is not known. */
  min?: number | null;
  max?: number | null;
  /** Categories: the levels of the training. Another one is no mistake: it counts as none of them. */
  levels?: string[];
  /** Value of a real row, the same row for all inputs: what a form begins with. null is no value. */
  example?: number | string | null;
  /** No answer without a value. Without it, a gap is filled as in the training. */
  required?: boolean;
}

/** A row by the names of its columns. null, undefined or a column that is not there: no value. */
export type Row = Record<string, number | string | null | undefined>;

/** The nearest centroid: its number from 0, and how far it is, in the prepared space. */
export interface Prediction {
  cluster: number;
  distance: number;
}

/** Name of the model, for people. */
export declare const name: string;
export declare const inputs: Input[];

/**
 * predict names the cluster of one row, at once. It throws an Error in plain
 * words if there is no answer; its property `field` is the column at fault, if one is.
 */
export declare function predict(row: Row): Prediction;
