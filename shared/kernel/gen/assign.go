package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// set is an instruction set: float32 lanes of a register, centroids of a tile.
type set struct {
	name        string
	lanes, tile int
	v           []reg.VecPhysical
	step        int  // by which the widths of tiles differ
	short       bool // scores are int32, of pairs of int16
	most        int  // of which so many are kept
}

// high is how many registers of rows a panel has.
const high = 2

func (m set) bytes() int { return 4 * m.lanes }
func (m set) wide() bool { return m.lanes == 16 }

// sum is the register that sums the score of register i of the rows and centroid j.
func (m set) sum(i, j int) reg.VecPhysical { return m.v[j*high+i] }

// free is a register that is no sum.
func (m set) free(i int) reg.VecPhysical { return m.v[m.tile*high+i] }

// assign finds the best and the second best centroid of the rows of panels.
func assign(m set) {
	TEXT("assign"+m.name, NOSPLIT, "func(panel *float32, panels, d int, centroids *float32, tiles *int, threshold *float32, label *int32, doubt *uint32, gap, best *float32, next uintptr)")
	Pragma("noescape")
	Doc(name("assign%s names the centroid of the highest score of each row of panels of %d rows, and", m.name, high*m.lanes),
		"sets the bit of each row in doubt unless that score exceeds all others by more than",
		"its panel's threshold. gap is what it exceeds them by. centroids holds tiles[n-1] tiles",
		"of n, widest first, each the",
		name("bias, then the label of its centroids, then their features. best is %d bytes of scratch.", 2*high*m.bytes()),
		"Meanwhile it asks the memory for as many bytes as the panels have, from next on.")
	px, d, label, best := load("panel"), load("d"), load("label"), load("best")
	c, tiles, count := GP64(), GP64(), GP64()
	cp, xp, t, next := GP64(), GP64(), GP64(), GP64()

	Load(Param("next"), next)
	SUBQ(px, next) // how far it is from what is read
	Label("panel")
	MOVL(U32(0xff800000), t.As32()) // -Inf
	VMOVD(t.As32(), reg.X0)
	VBROADCASTSS(reg.X0, m.v[0])
	if m.wide() {
		VPXORD(m.v[1], m.v[1], m.v[1])
	} else {
		zero(m.v[1])
	}
	for i := range high {
		VMOVUPS(m.v[0], at(best, i*m.bytes()))
		VMOVUPS(m.v[0], at(best, (high+i)*m.bytes()))
		VMOVUPS(m.v[1], at(label, i*m.bytes()))
	}
	Load(Param("centroids"), c)
	Load(Param("tiles"), tiles)
	for n := m.tile; n > 0; n -= m.step {
		MOVQ(at(tiles, 8*(n-1)), count)
		TESTQ(count, count)
		JZ(LabelRef(name("end%d", n)))
		Label(name("tile%d", n))
		m.scores(n, px, d, c, cp, xp, t, next)
		m.compare(n, c, label, best)
		MOVQ(cp, c)
		DECQ(count)
		JNZ(LabelRef(name("tile%d", n)))
		Label(name("end%d", n))
	}
	m.certify(best, t, cp, xp)

	MOVQ(d, t)
	SHLQ(U8(bits.TrailingZeros(uint(high*m.bytes()))), t)
	ADDQ(t, px)
	ADDQ(U32(high*m.bytes()), label)
	DECQ(parameter("panels"))
	JNZ(LabelRef("panel"))
	VZEROUPPER()
	RET()
}

// scores sums x·c - ½|c|² of a tile of n centroids at c. It leaves cp behind the tile.
func (m set) scores(n int, px, d, c, cp, xp, t, next reg.GPVirtual) {
	if m.short {
		m.start(t)
	}
	for j := range n {
		VBROADCASTSS(at(c, 4*j), m.sum(0, j))
		if m.short {
			m.round(m.sum(0, j))
		}
		for i := 1; i < high; i++ {
			VMOVAPS(m.sum(0, j), m.sum(i, j))
		}
	}
	LEAQ(at(c, 8*n), cp)
	MOVQ(px, xp)
	MOVQ(d, t)
	feature := func(u int) {
		floats := 1 // that a lane is made from
		if m.short {
			floats = 2
		}
		for b := 0; b < floats*high*m.bytes(); b += 64 {
			PREFETCHT1(Mem{Base: next, Index: xp, Scale: uint8(floats), Disp: floats*u*high*m.bytes() + b})
		}
		for i := range high {
			VMOVUPS(at(xp, (u*high+i)*m.bytes()), m.free(i))
		}
		spare := min(4, len(m.v)-m.tile*high-high)
		if m.short && !m.wide() {
			spare-- // multiply's
		}
		for j := range n {
			b := m.free(high + j%spare)
			VBROADCASTSS(at(cp, 4*(u*n+j)), b)
			for i := range high {
				if m.short {
					m.multiply(b, m.free(i), m.sum(i, j))
				} else {
					VFMADD231PS(b, m.free(i), m.sum(i, j))
				}
			}
		}
	}
	SUBQ(U8(2), t)
	JL(LabelRef(name("odd%d", n)))
	Label(name("pair%d", n))
	feature(0)
	feature(1)
	ADDQ(U32(2*high*m.bytes()), xp)
	ADDQ(U8(2*4*n), cp)
	SUBQ(U8(2), t)
	JGE(LabelRef(name("pair%d", n)))
	Label(name("odd%d", n))
	ADDQ(U8(2), t)
	JZ(LabelRef(name("scored%d", n)))
	feature(0)
	ADDQ(U8(4*n), cp)
	Label(name("scored%d", n))
}

// compare merges the scores of a tile into best, second best and label. A NaN
// leaves the best as it is and makes the second equal to it.
func (m set) compare(n int, c, label, best reg.GPVirtual) {
	const greater = 30 // ordered, quiet
	step := 1          // registers of rows at once
	if m.wide() {
		step = high
	}
	for i0 := 0; i0 < high; i0 += step {
		top := func(i int) reg.VecPhysical { return m.free(i) }
		name := func(i int) reg.VecPhysical { return m.free(step + i) }
		second := func(i int) reg.VecPhysical { return m.free(2*step + i) }
		temp := func(i int) reg.VecPhysical { return m.free(3*step + i) }
		for i := range step {
			VMOVUPS(at(best, (i0+i)*m.bytes()), top(i))
			VMOVUPS(at(label, (i0+i)*m.bytes()), name(i))
			VMOVUPS(at(best, (high+i0+i)*m.bytes()), second(i))
		}
		masks := []reg.OpmaskPhysical{reg.K1, reg.K2}
		for j := range n {
			index := at(c, 4*(n+j))
			for i := range step {
				s := m.sum(i0+i, j)
				VMINPS(top(i), s, temp(i))
				VMAXPS(temp(i), second(i), second(i))
				if m.wide() {
					VCMPPS(Imm(greater), top(i), s, masks[i])
					VMAXPS(top(i), s, top(i))
					VPBROADCASTD(index, masks[i], name(i))
				} else {
					VCMPPS(Imm(greater), top(i), s, temp(i))
					VMAXPS(top(i), s, top(i))
					VPBROADCASTD(index, s)
					VBLENDVPS(temp(i), s, name(i), name(i))
				}
			}
		}
		for i := range step {
			VMOVUPS(top(i), at(best, (i0+i)*m.bytes()))
			VMOVUPS(name(i), at(label, (i0+i)*m.bytes()))
			VMOVUPS(second(i), at(best, (high+i0+i)*m.bytes()))
		}
	}
}

// certify sets the bits of the rows whose best does not exceed the second by
// more than the threshold. NaN does not.
func (m set) certify(best, t, a, b reg.GPVirtual) {
	const notGreater = 10
	Load(Param("threshold"), t)
	VBROADCASTSS(at(t, 0), m.v[0])
	ADDQ(U8(4), parameter("threshold"))
	Load(Param("gap"), t)
	ADDQ(U32(high*m.bytes()), parameter("gap"))
	for i, r := range []reg.GPVirtual{a, b} {
		VMOVUPS(at(best, i*m.bytes()), m.v[1])
		VSUBPS(at(best, (high+i)*m.bytes()), m.v[1], m.v[1])
		VMOVUPS(m.v[1], at(t, i*m.bytes()))
		if m.wide() {
			VCMPPS(Imm(notGreater), m.v[0], m.v[1], reg.K1)
			KMOVW(reg.K1, r.As32())
		} else {
			VCMPPS(Imm(notGreater), m.v[0], m.v[1], m.v[1])
			VMOVMSKPS(m.v[1], r.As32())
		}
	}
	SHLL(U8(m.lanes), b.As32())
	ORL(b.As32(), a.As32())
	Load(Param("doubt"), t)
	MOVL(a.As32(), at(t, 0))
	ADDQ(U8(4), parameter("doubt"))
}
