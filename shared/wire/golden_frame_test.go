package wire_test

import (
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// frames is one of each message of frames and SQL, with all fields of a step.
func frames() map[string]any {
	steps := []wire.Step{
		{Op: "table", Dataset: "2T6W", Version: 2},
		{Op: "filter", Expr: "\"petal width\" > 0.2"},
		{Op: "sort", Sort: []wire.SortKey{{Column: "petal width", Desc: true, NullsFirst: true}}},
		{Op: "withColumn", Name: "area", Expr: "a * b"},
		{Op: "rename", As: []wire.ColumnRename{{From: "category", To: "kind"}}},
		{Op: "dropna", Columns: []string{"area"}, How: "any"},
		{Op: "fillna", Value: ptr(table.Num(0))},
		{Op: "sample", Fraction: 0.5, Seed: -1},
		{Op: "split", Weights: []float64{0.8, 0.2}, Part: 1},
		{Op: "join", Columns: []string{"kind"}, How: "left", Other: []wire.Step{{Op: "sql", SQL: "SELECT 1 AS kind"}}},
		{Op: "union", ByName: true, Other: []wire.Step{{Op: "table", Dataset: "2T6W"}}},
		{Op: "map", Exprs: []wire.NamedExpr{{As: "x", Expr: "a + 1"}}},
		{Op: "groupBy", Columns: []string{"kind"}, Aggs: []wire.Agg{{Fn: "quantile", Column: "x", As: "q", Q: 0.9}}},
		{Op: "limit", N: 10, Offset: 5},
		{Op: "summary", Quantiles: []float64{0.1, 0.9}},
	}
	return map[string]any{
		"frame-run":  wire.FrameRun{Steps: steps, Limit: 100},
		"frame-plan": wire.FramePlan{Steps: steps[:1]},
		"frame-save": wire.FrameSave{Steps: steps[:2], Name: "wide"},
		"frame-result": wire.FrameResult{Columns: []wire.FrameColumn{{Name: "x", Kind: table.Number, Type: "DOUBLE"}, {Name: "day", Kind: table.Text, Type: "DATE"}},
			Rows: [][]table.Cell{{table.Num(1.5), table.Str("2024-01-02")}, {{}, {}}}, Truncated: true, Elapsed: 12.5},
		"frame-queue":   wire.FrameQueue{Running: 1, Waiting: 2, Ahead: 3},
		"frame-persist": wire.FramePersist{Steps: steps[:2], Level: wire.Disk},
		"frame-persisted": wire.Persisted{ID: "9f86d0", Steps: steps[:2], Level: wire.MemoryAndDisk, At: wire.Memory, Rows: 149, Bytes: 3000,
			Words: []string{"table flowers, version 2", "filter \"petal width\" > 0.2"}, Of: []wire.Parent{{Dataset: "2T6W", Version: 2, Name: "flowers"}}, Made: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)},
		"sql-run": wire.SQLRun{SQL: "SELECT 1", Limit: 10},
	}
}
