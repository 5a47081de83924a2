// Command gen writes the assembly of package kernel for amd64. `make generate` runs it.
//
// Go's operand order holds throughout: the destination is the last one, and
// what is subtracted, or compared with, comes first.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	assign(set{name: "512", lanes: 16, tile: 12, step: 2, v: z})
	assign(set{name: "256", lanes: 8, tile: 6, step: 2, v: y})
	assignShort(set{name: "512Short", lanes: 16, tile: 12, step: 4, v: z, short: true, most: 4})
	assignShort(set{name: "256Short", lanes: 8, tile: 6, step: 2, v: y, short: true, most: 3})
	pack()
	quantise()
	exact()
	exact2()
	distance()
	potential()
	accumulate()
	move(set{name: "512", lanes: 16, v: z})
	move(set{name: "256", lanes: 8, v: y})
	survey()
	Generate()
}

var (
	x = []reg.VecPhysical{reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9, reg.X10, reg.X11, reg.X12, reg.X13, reg.X14, reg.X15}
	y = []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}
	z = []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}
)

// at is the memory disp bytes from base.
func at(base reg.Register, disp int) Mem { return Mem{Base: base, Disp: disp} }

// row is the memory of row i (0 to 3) from base, the rows being step bytes apart.
func row(base, step, step3 reg.Register, i int) Mem {
	switch i {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: step3, Scale: 1}
	}
	return Mem{Base: base, Index: step, Scale: uint8(i)}
}

// parameter is where the caller put a parameter; it may be written to.
func parameter(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// load puts a parameter into a register.
func load(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// zero clears a ymm register.
func zero(r reg.VecPhysical) { VXORPS(r, r, r) }

// times3 is a register with three times r.
func times3(r reg.GPVirtual) reg.GPVirtual {
	t := GP64()
	LEAQ(Mem{Base: r, Index: r, Scale: 2}, t)
	return t
}

// transpose turns r[0..3], each four floats of a row in both halves, into those
// of a feature. It needs r[4..7].
func transpose(r []reg.VecPhysical) {
	VUNPCKLPS(r[1], r[0], r[4])
	VUNPCKHPS(r[1], r[0], r[5])
	VUNPCKLPS(r[3], r[2], r[6])
	VUNPCKHPS(r[3], r[2], r[7])
	VUNPCKLPD(r[6], r[4], r[0])
	VUNPCKHPD(r[6], r[4], r[1])
	VUNPCKLPD(r[7], r[5], r[2])
	VUNPCKHPD(r[7], r[5], r[3])
}

// transpose64 does so for four float64 of four rows.
func transpose64(r []reg.VecPhysical) {
	VUNPCKLPD(r[1], r[0], r[4])
	VUNPCKHPD(r[1], r[0], r[5])
	VUNPCKLPD(r[3], r[2], r[6])
	VUNPCKHPD(r[3], r[2], r[7])
	VPERM2F128(Imm(0x20), r[6], r[4], r[0])
	VPERM2F128(Imm(0x20), r[7], r[5], r[1])
	VPERM2F128(Imm(0x31), r[6], r[4], r[2])
	VPERM2F128(Imm(0x31), r[7], r[5], r[3])
}

// pack lays out rows for assign.
func pack() {
	TEXT("pack", NOSPLIT, "func(rows *float32, stride, d, panels, width int, mean *float32, tail *int32, sums, out *float32, norm *uint32)")
	Pragma("noescape")
	Doc("pack writes d features of panels of width rows, feature by feature, each value less its feature's",
		"mean; rows lie stride features apart. It writes too",
		"the bits of the largest squared norm of each panel. width is a multiple of 8. mean is",
		"padded to a multiple of 4; tail has -1 for each of d's last d%4 features; three features",
		"are written beyond the last panel. The panels follow one another. Unless it is nil, sums has",
		"the squared norms of one panel's rows by the features before, and gets those with these.")
	r, d, o := load("rows"), load("d"), load("out")
	s, ws := GP64(), GP64()
	Load(Param("width"), ws)
	SHLQ(U8(2), ws)
	Load(Param("stride"), s)
	SHLQ(U8(2), s)
	s3, ws3 := times3(s), times3(ws)
	tail := GP64()
	Load(Param("tail"), tail)
	VMOVDQU(at(tail, 0), x[12])

	p, p4, op, mean, t, group := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	Label("panel")
	zero(y[13])
	Load(Param("width"), group)
	SHRQ(U8(3), group)

	Label("group")
	for i := range 4 {
		zero(y[8+i])
	}
	Load(Param("sums"), t)
	TESTQ(t, t)
	JZ(LabelRef("start"))
	VMOVUPS(at(t, 0), y[8])
	Label("start")
	MOVQ(r, p)
	LEAQ(Mem{Base: r, Index: s, Scale: 4}, p4)
	MOVQ(o, op)
	Load(Param("mean"), mean)
	MOVQ(d, t)
	write := func() {
		transpose(y)
		for i := range 4 {
			VBROADCASTSS(at(mean, 4*i), y[14])
			VSUBPS(y[14], y[i], y[i])
			VMOVUPS(y[i], row(op, ws, ws3, i))
			VFMADD231PS(y[i], y[i], y[8+i])
		}
	}
	SUBQ(U8(4), t)
	JL(LabelRef("rest"))
	Label("quad")
	for i := range 4 {
		VMOVUPS(row(p, s, s3, i), x[i])
		VINSERTF128(Imm(1), row(p4, s, s3, i), y[i], y[i])
	}
	write()
	ADDQ(U8(16), p)
	ADDQ(U8(16), p4)
	ADDQ(U8(16), mean)
	LEAQ(Mem{Base: op, Index: ws, Scale: 4}, op)
	SUBQ(U8(4), t)
	JGE(LabelRef("quad"))
	Label("rest")
	ADDQ(U8(4), t)
	JZ(LabelRef("norm"))
	for i := range 4 {
		VMASKMOVPS(row(p, s, s3, i), x[12], x[i])
		VMASKMOVPS(row(p4, s, s3, i), x[12], x[4+i])
		VINSERTF128(Imm(1), x[4+i], y[i], y[i])
	}
	write()

	Label("norm")
	VADDPS(y[9], y[8], y[8])
	VADDPS(y[11], y[10], y[10])
	VADDPS(y[10], y[8], y[8])
	Load(Param("sums"), t)
	TESTQ(t, t)
	JZ(LabelRef("greatest"))
	VMOVUPS(y[8], at(t, 0))
	ADDQ(U8(32), parameter("sums"))
	Label("greatest")
	VPMAXUD(y[8], y[13], y[13]) // squares are positive: ordered as integers, NaN above all
	LEAQ(Mem{Base: r, Index: s, Scale: 8}, r)
	ADDQ(U8(32), o)
	DECQ(group)
	JNZ(LabelRef("group"))

	VEXTRACTI128(Imm(1), y[13], x[0])
	VPMAXUD(x[0], x[13], x[13])
	VPSHUFD(Imm(0x4e), x[13], x[0])
	VPMAXUD(x[0], x[13], x[13])
	VPSHUFD(Imm(0xb1), x[13], x[0])
	VPMAXUD(x[0], x[13], x[13])
	Load(Param("norm"), op)
	VMOVD(x[13], at(op, 0))
	ADDQ(U8(4), parameter("norm"))
	MOVQ(d, op) // the groups have moved o by one feature
	DECQ(op)
	IMULQ(ws, op)
	ADDQ(op, o)
	DECQ(parameter("panels"))
	JNZ(LabelRef("panel"))
	VZEROUPPER()
	RET()
}

// exact measures rows in float64, as the definition does.
func exact() {
	TEXT("exact", NOSPLIT, "func(rows *float32, d, groups int, centroids *float64, label *int32, tail *int32, out *float64)")
	Pragma("noescape")
	Doc("exact writes SquaredDistance of each row to the centroid of its label, for groups of 8 rows.",
		"tail has -1 for each of d's last d%4 features.")
	// Rows are read, and differences squared, four features at a time; then
	// transposed, so that a lane adds those of one row in feature order. The
	// features that tail leaves out add 0, which changes no sum.
	xp, s := load("rows"), GP64()
	Load(Param("d"), s)
	SHLQ(U8(2), s)
	s3 := times3(s)
	x4, t := GP64(), GP64()
	Load(Param("tail"), t)
	VMOVDQU(at(t, 0), x[12])
	VPMOVSXDQ(x[12], y[13])
	var c [8]reg.GPVirtual
	for i := range c {
		c[i] = GP64()
	}
	Label("group")
	Load(Param("label"), t)
	for i := range c {
		MOVLQSX(at(t, 4*i), c[i])
		IMULQ(parameter("d"), c[i])
	}
	Load(Param("centroids"), t)
	for i := range c {
		LEAQ(Mem{Base: t, Index: c[i], Scale: 8}, c[i])
	}
	LEAQ(Mem{Base: xp, Index: s, Scale: 4}, x4)
	zero(y[8])
	zero(y[9])
	XORQ(t, t)
	step := func(masked bool) {
		for h, base := range []reg.GPVirtual{xp, x4} {
			for i := range 4 {
				px, pc := row(base, s, s3, i), Mem{Base: c[4*h+i], Index: t, Scale: 8}
				if masked {
					VMASKMOVPS(px, x[12], x[i])
					VCVTPS2PD(x[i], y[i])
					VMASKMOVPD(pc, y[13], y[4])
					VSUBPD(y[4], y[i], y[i])
				} else {
					VCVTPS2PD(px, y[i])
					VSUBPD(pc, y[i], y[i])
				}
				VMULPD(y[i], y[i], y[i])
			}
			transpose64(y)
			for i := range 4 {
				VADDPD(y[i], y[8+h], y[8+h])
			}
		}
	}
	ADDQ(U8(4), t)
	CMPQ(t, parameter("d"))
	JG(LabelRef("rest"))
	Label("quad")
	SUBQ(U8(4), t)
	step(false)
	ADDQ(U8(16), xp)
	ADDQ(U8(16), x4)
	ADDQ(U8(8), t)
	CMPQ(t, parameter("d"))
	JLE(LabelRef("quad"))
	Label("rest")
	SUBQ(U8(4), t)
	CMPQ(t, parameter("d"))
	JE(LabelRef("store"))
	step(true)
	Label("store")
	// xp has moved by d's multiple of 4.
	SHLQ(U8(2), t)
	SUBQ(t, xp)
	LEAQ(Mem{Base: xp, Index: s, Scale: 8}, xp)
	Load(Param("out"), t)
	VMOVUPD(y[8], at(t, 0))
	VMOVUPD(y[9], at(t, 32))
	ADDQ(U8(64), parameter("out"))
	ADDQ(U8(32), parameter("label"))
	DECQ(parameter("groups"))
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// exact2 is exact for two features.
func exact2() {
	TEXT("exact2", NOSPLIT, "func(rows *float32, groups int, centroids *float64, label *int32, out *float64)")
	Pragma("noescape")
	Doc("exact2 is exact for rows of 2 features, in groups of 4.")
	xp, groups, c, label, out := load("rows"), load("groups"), load("centroids"), load("label"), load("out")
	l := GP64()
	Label("group")
	for i := range 2 {
		own := func(row int) Mem {
			MOVLQSX(at(label, 4*row), l)
			SHLQ(U8(4), l)
			return Mem{Base: c, Index: l, Scale: 1}
		}
		VMOVUPD(own(2*i), x[i])
		VINSERTF128(Imm(1), own(2*i+1), y[i], y[i])
		VCVTPS2PD(at(xp, 16*i), y[2])
		VSUBPD(y[i], y[2], y[i])
		VMULPD(y[i], y[i], y[i])
	}
	VHADDPD(y[1], y[0], y[0]) // rows 0, 2, 1, 3
	VPERMPD(Imm(0xd8), y[0], y[0])
	VMOVUPD(y[0], at(out, 0))
	ADDQ(U8(32), xp)
	ADDQ(U8(16), label)
	ADDQ(U8(32), out)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// distance measures one row against all centroids.
func distance() {
	TEXT("distance", NOSPLIT, "func(row *float32, d, tiles int, tile *float64, out *float64)")
	Pragma("noescape")
	Doc("distance writes SquaredDistance of a row to each of the 4 centroids of each tile.")
	// Lanes are centroids, each adds in feature order.
	xp, d, tiles, c, out := load("row"), load("d"), load("tiles"), load("tile"), load("out")
	s := GP64()
	MOVQ(d, s)
	SHLQ(U8(5), s)
	s3 := times3(s)
	p, q, t := GP64(), GP64(), GP64()
	measure := func(label string, n int) {
		for i := range n {
			zero(y[i])
		}
		MOVQ(xp, p)
		MOVQ(c, q)
		MOVQ(d, t)
		Label(label)
		VBROADCASTSS(at(p, 0), x[4])
		VCVTPS2PD(x[4], y[4])
		for i := range n {
			VSUBPD(row(q, s, s3, i), y[4], y[5+i])
			VMULPD(y[5+i], y[5+i], y[5+i])
			VADDPD(y[5+i], y[i], y[i])
		}
		ADDQ(U8(4), p)
		ADDQ(U8(32), q)
		DECQ(t)
		JNZ(LabelRef(label))
		for i := range n {
			VMOVUPD(y[i], at(out, 32*i))
		}
	}
	SUBQ(U8(4), tiles)
	JL(LabelRef("rest"))
	Label("four")
	measure("feature4", 4)
	ADDQ(U32(128), out)
	LEAQ(Mem{Base: c, Index: s, Scale: 4}, c)
	SUBQ(U8(4), tiles)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(U8(4), tiles)
	JZ(LabelRef("end"))
	Label("one")
	measure("feature1", 1)
	ADDQ(U8(32), out)
	ADDQ(s, c)
	DECQ(tiles)
	JNZ(LabelRef("one"))
	Label("end")
	VZEROUPPER()
	RET()
}

// potential sums what rows would be from their nearest seed with one more.
func potential() {
	TEXT("potential", NOSPLIT, "func(rows *float32, d, groups int, tile *float64, squared *float64, weights *float64, sums *float64)")
	Pragma("noescape")
	Doc("potential adds to sums[l], row by row, weight times the lesser of squared and the square of",
		"the distance to candidate l of the tile's 4, for groups of 4 rows. Without weights each is 1.")
	// Lanes are candidates, so that each sum gets its rows in order.
	xp, s := load("rows"), GP64()
	Load(Param("d"), s)
	SHLQ(U8(2), s)
	s3 := times3(s)
	squared, weights, groups := load("squared"), load("weights"), load("groups")
	sums := load("sums")
	VMOVUPD(at(sums, 0), y[12])
	p, c, t := GP64(), GP64(), GP64()
	Label("group")
	for i := range 4 {
		zero(y[i])
	}
	MOVQ(xp, p)
	Load(Param("tile"), c)
	Load(Param("d"), t)
	Label("feature")
	VMOVUPD(at(c, 0), y[8])
	for i := range 4 {
		VBROADCASTSS(row(p, s, s3, i), x[4+i])
		VCVTPS2PD(x[4+i], y[4+i])
		VSUBPD(y[8], y[4+i], y[4+i])
		VMULPD(y[4+i], y[4+i], y[4+i])
		VADDPD(y[4+i], y[i], y[i])
	}
	ADDQ(U8(4), p)
	ADDQ(U8(32), c)
	DECQ(t)
	JNZ(LabelRef("feature"))
	for i := range 4 {
		VBROADCASTSD(at(squared, 8*i), y[4+i])
		VMINPD(y[4+i], y[i], y[i]) // NaN gives squared
	}
	TESTQ(weights, weights)
	JZ(LabelRef("add"))
	for i := range 4 {
		VBROADCASTSD(at(weights, 8*i), y[4+i])
		VMULPD(y[4+i], y[i], y[i])
	}
	ADDQ(U8(32), weights)
	Label("add")
	for i := range 4 {
		VADDPD(y[i], y[12], y[12])
	}
	ADDQ(U8(32), squared)
	LEAQ(Mem{Base: xp, Index: s, Scale: 4}, xp)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VMOVUPD(y[12], at(sums, 0))
	VZEROUPPER()
	RET()
}

// accumulate adds rows to the sums of their clusters.
func accumulate() {
	TEXT("accumulate", NOSPLIT, "func(rows *float32, d, n int, label *int32, sums *float64)")
	Pragma("noescape")
	Doc("accumulate adds each of n rows to the sum of its label.")
	xp, d, n, label, sums := load("rows"), load("d"), load("n"), load("label"), load("sums")
	s := GP64()
	Label("row")
	MOVLQSX(at(label, 0), s)
	IMULQ(d, s)
	LEAQ(Mem{Base: sums, Index: s, Scale: 8}, s)
	addRow(xp, d, s)
	ADDQ(U8(4), label)
	DECQ(n)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// addRow adds the row at xp to the sums at s, and moves both behind it. Lanes are features, so that each sum gets its
// rows in order.
func addRow(xp, d, s reg.GPVirtual) {
	t := GP64()
	MOVQ(d, t)
	SUBQ(U8(4), t)
	JL(LabelRef("rest"))
	Label("quad")
	VCVTPS2PD(at(xp, 0), y[0])
	VADDPD(at(s, 0), y[0], y[0])
	VMOVUPD(y[0], at(s, 0))
	ADDQ(U8(16), xp)
	ADDQ(U8(32), s)
	SUBQ(U8(4), t)
	JGE(LabelRef("quad"))
	Label("rest")
	TESTQ(U32(2), t) // t is d%4 - 4
	JZ(LabelRef("odd"))
	VMOVSD(at(xp, 0), x[0])
	VCVTPS2PD(x[0], x[0])
	VADDPD(at(s, 0), x[0], x[0])
	VMOVUPD(x[0], at(s, 0))
	ADDQ(U8(8), xp)
	ADDQ(U8(16), s)
	Label("odd")
	TESTQ(U32(1), t)
	JZ(LabelRef("next"))
	VXORPS(x[0], x[0], x[0])
	VCVTSS2SD(at(xp, 0), x[0], x[0])
	VADDSD(at(s, 0), x[0], x[0])
	VMOVSD(x[0], at(s, 0))
	ADDQ(U8(4), xp)
	ADDQ(U8(8), s)
	Label("next")
}

func name(format string, args ...any) string { return fmt.Sprintf(format, args...) }
