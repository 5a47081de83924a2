package frametest

import (
	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const people = "name:VARCHAR age:DOUBLE city:VARCHAR pay:DOUBLE"

// cases are verbs on few rows, each value known.
func cases() []one {
	num, str := table.Num, table.Str
	return []one{
		{"table", func(s *suite) frame.Frame { return s.of("people") }, people, "ada,36,london,10.5 bob,~,paris,20 cy,36,~,~ dee,7,london,-3.25 eve,99,rome,20"},
		{"names", func(s *suite) frame.Frame { return s.of("Names") }, `a:DOUBLE A_2:DOUBLE select:DOUBLE we"ird, one:VARCHAR`, "1,2,3,x"},
		{"select", func(s *suite) frame.Frame { return s.of("people").Select("PAY", "name") }, "pay:DOUBLE name:VARCHAR", "10.5,ada 20,bob ~,cy -3.25,dee 20,eve"},
		{"select odd names", func(s *suite) frame.Frame { return s.of("Names").Select(`we"ird, one`, "select") }, "", "x,3"},
		{"drop", func(s *suite) frame.Frame { return s.of("people").Drop("city", "pay") }, "name:VARCHAR age:DOUBLE", "ada,36 bob,~ cy,36 dee,7 eve,99"},
		{"filter", func(s *suite) frame.Frame { return s.of("people").Filter("age > 7 AND city <> 'rome'") }, people, "ada,36,london,10.5"},
		{"filter odd", func(s *suite) frame.Frame { return s.of("people").Filter("name = 'a' || 'da' -- (\n OR pay IS NULL") }, people, "ada,36,london,10.5 cy,36,~,~"},
		{"filter by another table", func(s *suite) frame.Frame {
			return s.of("people").Filter("city NOT IN (SELECT city FROM cities WHERE city IS NOT NULL)").Select("name")
		}, "", "eve"},
		{"filter nothing left", func(s *suite) frame.Frame { return s.of("people").Filter("false") }, people, ""},
		{"sort", func(s *suite) frame.Frame {
			return s.of("people").Sort(wire.SortKey{Column: "age"}).Select("name", "age")
		}, "", "dee,7 ada,36 cy,36 eve,99 bob,~"},
		{"sort down", func(s *suite) frame.Frame {
			return s.of("people").Sort(wire.SortKey{Column: "pay", Desc: true}, wire.SortKey{Column: "name", Desc: true}).Select("name")
		}, "", "eve bob ada dee cy"},
		{"sort missing first", func(s *suite) frame.Frame {
			return s.of("people").Sort(wire.SortKey{Column: "city", NullsFirst: true}).Select("name")
		}, "", "cy ada dee bob eve"},
		{"sort is stable", func(s *suite) frame.Frame { return s.of("dups").Sort(wire.SortKey{Column: "a"}) }, "", "1,x 1,z 1,x 2,y 2,y"},
		{"withColumn", func(s *suite) frame.Frame { return s.of("people").Select("name", "age").WithColumn("older", "age + 1") }, "name:VARCHAR age:DOUBLE older:DOUBLE", "ada,36,37 bob,~,~ cy,36,37 dee,7,8 eve,99,100"},
		{"withColumn replaces", func(s *suite) frame.Frame {
			return s.of("people").Select("age", "name").WithColumn("AGE", "age >= 36").WithColumn("name", "upper(name)")
		}, "AGE:BOOLEAN name:VARCHAR", "true,ADA ~,BOB true,CY false,DEE true,EVE"},
		{"rename", func(s *suite) frame.Frame { return s.of("dups").Rename("A", "b c").Filter(`"b c" = 2`) }, "b c:DOUBLE b:VARCHAR", "2,y 2,y"},
		{"rename swaps", func(s *suite) frame.Frame {
			return frame.Of(s.e, append(s.of("dups").Limit(1).Steps(), wire.Step{Op: frame.Rename, As: []wire.ColumnRename{{From: "a", To: "b"}, {From: "b", To: "a"}}})...)
		}, "b:DOUBLE a:VARCHAR", "2,y"},
		{"dropna", func(s *suite) frame.Frame { return s.of("people").DropNA("any").Select("name") }, "", "ada dee eve"},
		{"dropna all", func(s *suite) frame.Frame { return s.of("people").DropNA("all", "city", "pay").Select("name") }, "", "ada bob dee eve"},
		{"fillna number", func(s *suite) frame.Frame { return s.of("people").FillNA(num(0.5)).Drop("name") }, "age:DOUBLE city:VARCHAR pay:DOUBLE", "36,london,10.5 0.5,paris,20 36,~,0.5 7,london,-3.25 99,rome,20"},
		{"fillna text", func(s *suite) frame.Frame { return s.of("people").FillNA(str("it's"), "city").Select("city", "pay") }, "", "london,10.5 paris,20 it's,~ london,-3.25 rome,20"},
		{"distinct", func(s *suite) frame.Frame { return s.of("dups").Distinct() }, "a:DOUBLE b:VARCHAR", "2,y 1,x 1,z"},
		{"distinct by a column", func(s *suite) frame.Frame { return s.of("dups").Distinct("a") }, "", "2,y 1,x"},
		{"union", func(s *suite) frame.Frame { return s.of("dups").Limit(2).Union(s.of("dups").Filter("b = 'z'")) }, "", "2,y 1,x 1,z"},
		{"union by name", func(s *suite) frame.Frame {
			return s.of("dups").Limit(1).UnionByName(s.of("dups").Limit(2).Select("B", "A"))
		}, "a:DOUBLE b:VARCHAR", "2,y 2,y 1,x"},
		{"limit", func(s *suite) frame.Frame { return s.of("people").Limit(2).Select("name") }, "", "ada bob"},
		{"offset", func(s *suite) frame.Frame {
			return frame.Of(s.e, append(s.of("people").Select("name").Steps(), wire.Step{Op: frame.Limit, N: 2, Offset: 3})...)
		}, "", "dee eve"},
		{"map", func(s *suite) frame.Frame {
			return s.of("people").Map(wire.NamedExpr{As: "n", Expr: "length(name)"}, wire.NamedExpr{As: "a", Expr: "age / 2"})
		}, "n:BIGINT a:DOUBLE", "3,18 3,~ 2,18 3,3.5 3,49.5"},
		{"reduce", func(s *suite) frame.Frame {
			return s.of("people").Reduce(wire.NamedExpr{As: "total", Expr: "sum(pay)"}, wire.NamedExpr{As: "range", Expr: "max(age) - min(age)"})
		}, "total:DOUBLE range:DOUBLE", "47.25,92"},
		{"reduce by a column", func(s *suite) frame.Frame {
			return s.of("people").GroupBy("city").Reduce(wire.NamedExpr{As: "names", Expr: "string_agg(name, '+' ORDER BY name DESC)"})
		}, "city:VARCHAR names:VARCHAR", "london,dee+ada paris,bob rome,eve ~,cy"},
		{"groupBy", func(s *suite) frame.Frame {
			return s.of("people").GroupBy("city").Agg(wire.Agg{Fn: "count"}, wire.Agg{Fn: "mean", Column: "pay"}, wire.Agg{Fn: "first", Column: "name", As: "who"}, wire.Agg{Fn: "count", Column: "age"})
		}, "city:VARCHAR count:BIGINT mean(pay):DOUBLE who:VARCHAR count(age):BIGINT", "london,2,3.625,ada,2 paris,1,20,bob,0 rome,1,20,eve,1 ~,1,~,cy,1"},
		{"groupBy all", func(s *suite) frame.Frame {
			return s.of("people").GroupBy().Agg(wire.Agg{Fn: "sum", Column: "pay", As: "s"}, wire.Agg{Fn: "min", Column: "name", As: "lo"}, wire.Agg{Fn: "max", Column: "name", As: "hi"}, wire.Agg{Fn: "countDistinct", Column: "age", As: "d"},
				wire.Agg{Fn: "median", Column: "age", As: "m"}, wire.Agg{Fn: "quantile", Column: "pay", Q: 0.25, As: "q"}, wire.Agg{Fn: "last", Column: "city", As: "l"}, wire.Agg{Fn: "mode", Column: "pay", As: "mode"},
				wire.Agg{Fn: "stdPop", Column: "age", As: "sd"}, wire.Agg{Fn: "variance", Column: "age", As: "v"})
		}, "s:DOUBLE lo:VARCHAR hi:VARCHAR d:BIGINT m:DOUBLE q:DOUBLE l:VARCHAR mode:DOUBLE sd:DOUBLE v:DOUBLE", "47.25,ada,eve,3,36,7.0625,rome,20,33.61919094802848,1507"},
		{"groupBy count", func(s *suite) frame.Frame { return s.of("dups").GroupBy("b", "a").Count() }, "b:VARCHAR a:DOUBLE count:BIGINT", "x,1,2 y,2,2 z,1,1"},
		{"groupBy nothing there", func(s *suite) frame.Frame { return s.of("dups").Filter("a > 5").GroupBy("b").Count() }, "", ""},
		{"join", func(s *suite) frame.Frame {
			return s.of("people").Select("name", "city", "pay").Join(s.of("cities"), "", "CITY")
		}, "name:VARCHAR city:VARCHAR pay:DOUBLE country:VARCHAR pay_2:DOUBLE",
			"ada,london,10.5,uk,1 ada,london,10.5,ca,4 bob,paris,20,fr,2 dee,london,-3.25,uk,1 dee,london,-3.25,ca,4"},
		{"join left", func(s *suite) frame.Frame {
			return s.of("people").Select("name", "city").Join(s.of("cities").Drop("pay"), "left", "city")
		}, "",
			"ada,london,uk ada,london,ca bob,paris,fr cy,~,~ dee,london,uk dee,london,ca eve,rome,~"},
		{"join right", func(s *suite) frame.Frame {
			return s.of("people").Select("name", "city").Join(s.of("cities").Drop("pay"), "right", "city")
		}, "name:VARCHAR city:VARCHAR country:VARCHAR",
			"ada,london,uk ada,london,ca bob,paris,fr dee,london,uk dee,london,ca ~,oslo,no ~,~,nowhere"},
		{"join full", func(s *suite) frame.Frame {
			return s.of("people").Select("name", "city").Join(s.of("cities").Drop("pay"), "full", "city")
		}, "",
			"ada,london,uk ada,london,ca bob,paris,fr cy,~,~ dee,london,uk dee,london,ca eve,rome,~ ~,oslo,no ~,~,nowhere"},
		{"join semi", func(s *suite) frame.Frame {
			return s.of("people").Join(s.of("cities"), "semi", "city").Select("name", "pay")
		}, "name:VARCHAR pay:DOUBLE", "ada,10.5 bob,20 dee,-3.25"},
		{"join anti", func(s *suite) frame.Frame { return s.of("people").Join(s.of("cities"), "anti", "city").Select("name") }, "", "cy eve"},
		{"join cross", func(s *suite) frame.Frame {
			return s.of("dups").Limit(2).Join(s.of("dups").Select("b").Limit(2), "cross")
		}, "a:DOUBLE b:VARCHAR b_2:VARCHAR", "2,y,y 2,y,x 1,x,y 1,x,x"},
		{"join itself on two", func(s *suite) frame.Frame {
			return s.of("dups").Distinct().Join(s.of("dups").Distinct(), "inner", "a", "b")
		}, "a:DOUBLE b:VARCHAR", "2,y 1,x 1,z"},
		{"count", func(s *suite) frame.Frame {
			return frame.Of(s.e, append(s.of("people").Steps(), wire.Step{Op: frame.Count})...)
		}, "count:BIGINT", "5"},
		{"describe", func(s *suite) frame.Frame { return s.of("people").Describe() }, "summary:VARCHAR name:VARCHAR age:DOUBLE city:VARCHAR pay:DOUBLE",
			"count,5,4,4,4 mean,~,44.5,~,11.8125 stddev,~,38.82009788756334,~,10.99502728509575 min,ada,7,london,-3.25 max,eve,99,rome,20"},
		{"summary", func(s *suite) frame.Frame { return s.of("people").Select("age").Summary() }, "summary:VARCHAR age:DOUBLE",
			"count,4 mean,44.5 stddev,38.82009788756334 min,7 25%,28.75 50%,36 75%,51.75 max,99"},
		{"summary of quantiles", func(s *suite) frame.Frame {
			return s.of("dups").Select("a").Summary(0, 0.125, 1).Filter("summary LIKE '%!%' ESCAPE '!'")
		}, "", "0%,1 12.5%,1 100%,2"},
		{"summary of nothing", func(s *suite) frame.Frame { return s.of("dups").Filter("false").Describe() }, "", "count,0,0 mean,~,~ stddev,~,~ min,~,~ max,~,~"},
		{"long pipeline", func(s *suite) frame.Frame {
			return s.of("people").DropNA("any").WithColumn("band", "CASE WHEN age < 40 THEN 'young' ELSE 'old' END").GroupBy("band").Agg(wire.Agg{Fn: "sum", Column: "pay", As: "pay"}).
				Sort(wire.SortKey{Column: "pay", Desc: true}).Rename("band", "who").Limit(1).Union(frame.Query(s.e, "SELECT 'all', sum(pay) FROM people"))
		}, "who:VARCHAR pay:DOUBLE", "old,20 all,47.25"},
	}
}
