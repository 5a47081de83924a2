package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// assignShort finds the best centroids of the rows of panels of int16.
func assignShort(m set) {
	TEXT("assign"+m.name, NOSPLIT, "func(panel *int32, panels, pairs int, centroids *int32, tiles *int, ranks int, low *uint32, threshold *float32, label *int32, doubt *uint32, gap *float32, best *int32, next uintptr)")
	Pragma("noescape")
	Doc(name("assign%s names the centroids of the %d highest scores of each row of panels of %d rows: label", m.name, m.most-1, high*m.lanes),
		"has a panel's best, then its second, and so on. It sets a row's bit in the first of its panel's",
		name("%d values of doubt unless the best exceeds the second by more than the panel's threshold, in the", m.most-1),
		name("next unless it exceeds the third by that, and so on. But it keeps ranks scores only, 2 to %d.", m.most),
		"gap is what the best exceeds the second by. A threshold is followed by what the panel's biases",
		"are multiplied by. centroids holds tiles[n-1] tiles of n, widest first, each the bias as float32,",
		"then the label of its centroids, then their pairs of features. A label takes the bits of low in a",
		name("score. best is %d bytes of scratch. Meanwhile it asks the memory for twice as many bytes as", m.most*high*m.bytes()),
		"the panels have, from next on.")
	px, pairs, best := load("panel"), load("pairs"), load("best")
	c, tiles, count := GP64(), GP64(), GP64()
	cp, xp, t, next := GP64(), GP64(), GP64(), GP64()

	Load(Param("next"), next)
	SUBQ(px, next)
	SUBQ(px, next) // how far it is from twice what is read
	Label("panel")
	if m.wide() {
		VPXORD(m.v[0], m.v[0], m.v[0]) // below all scores
	} else {
		zero(m.v[0])
	}
	for i := range m.most * high {
		VMOVUPS(m.v[0], at(best, i*m.bytes()))
	}
	Load(Param("centroids"), c)
	Load(Param("tiles"), tiles)
	for n := m.tile; n > 0; n -= m.step {
		MOVQ(at(tiles, 8*(n-1)), count)
		TESTQ(count, count)
		JZ(LabelRef(name("end%d", n)))
		Label(name("tile%d", n))
		m.scores(n, px, pairs, c, cp, xp, t, next)
		m.rank(n, c, best, t)
		MOVQ(cp, c)
		DECQ(count)
		JNZ(LabelRef(name("tile%d", n)))
		Label(name("end%d", n))
	}
	m.judge(best, t, c, cp, xp)

	MOVQ(pairs, t)
	SHLQ(U8(bits.TrailingZeros(uint(high*m.bytes()))), t)
	ADDQ(t, px)
	DECQ(parameter("panels"))
	JNZ(LabelRef("panel"))
	VZEROUPPER()
	RET()
}

// start readies what round needs. A score is a positive number, however low, so
// that its bits order as a float32's do: VPMAXSD would take twice VMAXPS's time.
func (m set) start(t reg.GPVirtual) {
	Load(Param("threshold"), t)
	VBROADCASTSS(at(t, 4), m.free(0))
	MOVL(U32(0x4e800000), t.As32()) // 2^30
	VMOVD(t.As32(), reg.X0)
	VBROADCASTSS(reg.X0, m.free(1))
}

// round turns a bias into a score.
func (m set) round(sum reg.VecPhysical) {
	VFMADD213PS(m.free(1), m.free(0), sum)
	VCVTPS2DQ(sum, sum)
}

// multiply adds the products of two pairs to sum.
func (m set) multiply(b, x, sum reg.VecPhysical) {
	if m.wide() { // avo does not know this one
		Instruction(&ir.Instruction{Opcode: "VPDPWSSD", Operands: []Op{b, x, sum}, Inputs: []Op{b, x, sum}, Outputs: []Op{sum}})
		return
	}
	temp := m.v[len(m.v)-1]
	VPMADDWD(b, x, temp)
	VPADDD(temp, sum, sum)
}

// rank puts the labels into the scores of a tile, and merges these with the best.
func (m set) rank(n int, c, best, t reg.GPVirtual) {
	low, temp := m.free(0), m.free(1)
	Load(Param("low"), t)
	VPBROADCASTD(at(t, 0), low)
	for j := range n {
		label := at(c, 4*(n+j))
		if !m.wide() {
			VPBROADCASTD(label, temp)
		}
		for i := range high {
			if m.wide() {
				VPTERNLOGD_BCST(Imm(0xba), label, low, m.sum(i, j)) // sum&^low | label
			} else {
				VPANDN(m.sum(i, j), low, m.sum(i, j))
				VPOR(temp, m.sum(i, j), m.sum(i, j))
			}
		}
	}
	for ranks := m.most; ranks > 2; ranks-- {
		CMPQ(parameter("ranks"), U8(ranks))
		JEQ(LabelRef(name("tile%dranks%d", n, ranks)))
	}
	for ranks := 2; ranks <= m.most; ranks++ {
		Label(name("tile%dranks%d", n, ranks))
		m.merge(n, ranks, best)
		if ranks < m.most {
			JMP(LabelRef(name("ranked%d", n)))
		}
	}
	Label(name("ranked%d", n))
}

// merge merges the scores of a tile with the best of before.
func (m set) merge(n, ranks int, best reg.GPVirtual) {
	step := 1 // registers of rows at once
	if high*(ranks+1) <= len(m.v)-m.tile*high {
		step = high
	}
	for i0 := 0; i0 < high; i0 += step {
		place := func(r, i int) Mem { return at(best, (r*high+i0+i)*m.bytes()) }
		top := func(r, i int) reg.VecPhysical { return m.free(r*step + i) }
		for r := range ranks {
			for i := range step {
				VMOVUPS(place(r, i), top(r, i))
			}
		}
		for j := range n {
			for i := range step {
				// The lesser of a rank and the score goes on to the next rank.
				s, less := m.sum(i0+i, j), m.free(ranks*step+i)
				for r := range ranks - 1 {
					VMINPS(top(r, i), s, less)
					VMAXPS(top(r, i), s, top(r, i))
					s, less = less, s
				}
				VMAXPS(top(ranks-1, i), s, top(ranks-1, i))
			}
		}
		for r := range ranks {
			for i := range step {
				VMOVUPS(top(r, i), place(r, i))
			}
		}
	}
}

// judge writes the labels of a panel, and sets the bits of the rows whose best does
// not exceed the next by more than the threshold. NaN is not exceeded.
func (m set) judge(best, t, p, a, b reg.GPVirtual) {
	const notGreater = 10
	Load(Param("threshold"), t)
	VBROADCASTSS(at(t, 0), m.v[0])
	ADDQ(U8(8), parameter("threshold"))
	Load(Param("low"), t)
	VPBROADCASTD(at(t, 0), m.v[1])
	Load(Param("label"), p)
	for i := range (m.most - 1) * high {
		VMOVUPS(at(best, i*m.bytes()), m.v[2])
		if m.wide() {
			VPANDD(m.v[1], m.v[2], m.v[2])
		} else {
			VPAND(m.v[1], m.v[2], m.v[2])
		}
		VMOVUPS(m.v[2], at(p, i*m.bytes()))
	}
	ADDQ(U32((m.most-1)*high*m.bytes()), parameter("label"))
	Load(Param("doubt"), p)
	ADDQ(U8(4*(m.most-1)), parameter("doubt"))
	Load(Param("gap"), t)
	ADDQ(U32(high*m.bytes()), parameter("gap"))
	for r := range m.most - 1 {
		for i, d := range []reg.GPVirtual{a, b} {
			VMOVUPS(at(best, i*m.bytes()), m.v[2])
			VPSUBD(at(best, ((r+1)*high+i)*m.bytes()), m.v[2], m.v[2])
			VCVTDQ2PS(m.v[2], m.v[2])
			if r == 0 {
				VMOVUPS(m.v[2], at(t, i*m.bytes()))
			}
			if m.wide() {
				VCMPPS(Imm(notGreater), m.v[0], m.v[2], reg.K1)
				KMOVW(reg.K1, d.As32())
			} else {
				VCMPPS(Imm(notGreater), m.v[0], m.v[2], m.v[2])
				VMOVMSKPS(m.v[2], d.As32())
			}
		}
		SHLL(U8(m.lanes), b.As32())
		ORL(b.As32(), a.As32())
		MOVL(a.As32(), at(p, 4*r))
	}
}

// quantise rounds packed rows to int16.
func quantise() {
	TEXT("quantise", NOSPLIT, "func(panel *float32, d, panels, width int, scale *float32, out *int32, rest *float32)")
	Pragma("noescape")
	Doc("quantise multiplies panels of width rows by their scales, every second of scale, and rounds the",
		"values to int16: out has panels of pairs of features, the last with a 0 if d is odd. rest gets",
		"the largest squared norm of what rounding took from, or gave to, a row of each panel. width is",
		"a multiple of 8. The panels follow one another.")
	px, ws, o := load("panel"), GP64(), load("out")
	Load(Param("width"), ws)
	SHLQ(U8(2), ws)
	p, op, t, group := GP64(), GP64(), GP64(), GP64()

	Label("panel")
	zero(y[13])
	Load(Param("scale"), t)
	VBROADCASTSS(at(t, 0), y[12])
	ADDQ(U8(8), parameter("scale"))
	Load(Param("width"), group)
	SHRQ(U8(3), group)

	Label("group")
	zero(y[8])
	zero(y[9])
	MOVQ(px, p)
	MOVQ(o, op)
	Load(Param("d"), t)
	// round sets r[0], and needs r[2] and r[4].
	round := func(from Mem, r []reg.VecPhysical, sum reg.VecPhysical) {
		VMULPS(from, y[12], r[2])
		VCVTPS2DQ(r[2], r[0])
		VCVTDQ2PS(r[0], r[4])
		VSUBPS(r[4], r[2], r[2]) // exact
		VFMADD231PS(r[2], r[2], sum)
	}
	SUBQ(U8(2), t)
	JL(LabelRef("odd"))
	Label("pair")
	round(at(p, 0), y, y[8])
	round(Mem{Base: p, Index: ws, Scale: 1}, y[1:], y[9])
	VPSLLD(Imm(16), y[1], y[1])
	VPBLENDW(Imm(0xaa), y[1], y[0], y[0])
	VMOVDQU(y[0], at(op, 0))
	LEAQ(Mem{Base: p, Index: ws, Scale: 2}, p)
	ADDQ(ws, op)
	SUBQ(U8(2), t)
	JGE(LabelRef("pair"))
	Label("odd")
	ADDQ(U8(2), t)
	JZ(LabelRef("norm"))
	round(at(p, 0), y, y[8])
	zero(y[1])
	VPBLENDW(Imm(0xaa), y[1], y[0], y[0])
	VMOVDQU(y[0], at(op, 0))
	ADDQ(ws, p)
	ADDQ(ws, op)
	Label("norm")
	VADDPS(y[9], y[8], y[8])
	VMAXPS(y[8], y[13], y[13])
	ADDQ(U8(32), px)
	ADDQ(U8(32), o)
	DECQ(group)
	JNZ(LabelRef("group"))

	VEXTRACTF128(Imm(1), y[13], x[0])
	VMAXPS(x[0], x[13], x[13])
	VPSHUFD(Imm(0x4e), x[13], x[0])
	VMAXPS(x[0], x[13], x[13])
	VPSHUFD(Imm(0xb1), x[13], x[0])
	VMAXPS(x[0], x[13], x[13])
	Load(Param("rest"), t)
	VMOVD(x[13], at(t, 0))
	ADDQ(U8(4), parameter("rest"))
	// p and op are a group short of the end of the panel.
	LEAQ(at(p, 32), px)
	LEAQ(at(op, 32), o)
	SUBQ(ws, px)
	SUBQ(ws, o)
	DECQ(parameter("panels"))
	JNZ(LabelRef("panel"))
	VZEROUPPER()
	RET()
}
