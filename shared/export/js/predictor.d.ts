/** One column of a row, in the order of the training. */
export interface Input {
	name: string
	kind: "number" | "category"
	/** Numbers: the range of the training, where it is known. */
	min?: number
	max?: number
	/** Categories: the levels of the training. Another one counts as none of them. */
	levels?: string[]
	/** Value of a real row, the same row for all inputs. */
	example?: number | string
	/** No answer without a value: else a gap is filled as in the training. */
	required: boolean
}
export type Value = number | string | null | undefined
/** A row in original units: by column name, or in the order of inputs. null, undefined, NaN and "" are missing. */
export type Row = Record<string, Value> | Value[]
export interface Prediction {
	/** From 0. */
	cluster: number
	/** To the centroid of cluster, after scaling. */
	distance: number
	/** To each centroid. */
	distances: Float64Array
}
export declare const name: string
export declare const inputs: Input[]
/** The number of clusters. */
export declare const k: number
/** The cluster of a row. Throws a RangeError in plain words; its `field` is the column at fault, if one is. */
export declare function predict(row: Row): Prediction
/** The clusters of many rows, -1 for rows that are left out for a missing value. A typed array has the values row by row. */
export declare function predict(rows: Row[] | Float32Array | Float64Array): Int32Array
