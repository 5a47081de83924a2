package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// move moves rows from the sums of one cluster to those of another.
func move(m set) {
	TEXT("move"+m.name, NOSPLIT, "func(rows *float32, d, groups int, label, old *int32, stride int, round, first, second *float64, count *int64, touched *uint8) (changed int, rest uint64)")
	Pragma("noescape")
	Doc(name("move%s does what moveGo does for groups of 8 rows; rest is 0 if the first two parts leave nothing. first and", m.name),
		"second are the sums of the label -1, as is count; those of the next are stride, a multiple of 8, behind.")
	// Lanes are features.
	values := m.lanes / 2 // in float64
	xp, label, old, groups := load("rows"), load("label"), load("old"), load("groups")
	first, far := load("first"), load("second")
	SUBQ(first, far) // from a first part to a second
	changed, mask, i, n, t := GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(changed, changed)
	left := m.v[15]
	m.clear(left)
	MOVQ(parameter("d"), t)
	m.tail(t, i)

	Label("group")
	VMOVDQU(at(label, 0), y[0])
	VPCMPEQD(at(old, 0), y[0], y[0])
	VMOVMSKPS(y[0], mask.As32())
	XORL(U32(0xff), mask.As32())
	JZ(LabelRef("next"))
	POPCNTL(mask.As32(), n.As32())
	ADDQ(n, changed)
	Label("row")
	to, from, p, r := GP64(), GP64(), GP64(), GP64()
	BSFL(mask.As32(), i.As32())
	MOVLQSX(Mem{Base: label, Index: i, Scale: 4}, to)
	MOVLQSX(Mem{Base: old, Index: i, Scale: 4}, from)
	Load(Param("count"), t)
	INCQ(Mem{Base: t, Index: to, Scale: 8, Disp: 8})
	DECQ(Mem{Base: t, Index: from, Scale: 8, Disp: 8})
	Load(Param("touched"), t)
	MOVB(U8(1), Mem{Base: t, Index: to, Scale: 1, Disp: 1})
	MOVB(U8(1), Mem{Base: t, Index: from, Scale: 1, Disp: 1})
	INCQ(to)
	IMULQ(parameter("stride"), to)
	LEAQ(Mem{Base: first, Index: to, Scale: 8}, to)
	IMULQ(parameter("d"), i)
	LEAQ(Mem{Base: xp, Index: i, Scale: 4}, p)
	Load(Param("round"), r)
	MOVQ(parameter("stride"), t)
	LEAQ(Mem{Base: r, Index: t, Scale: 8}, i) // of the second parts
	MOVQ(parameter("d"), t)
	INCQ(from)
	JZ(LabelRef("new"))
	IMULQ(parameter("stride"), from)
	LEAQ(Mem{Base: first, Index: from, Scale: 8}, from)
	for _, both := range []bool{true, false} {
		suffix := "add"
		if both {
			suffix = "move"
		} else {
			Label("new")
		}
		part := func(round, to, from Mem, v, temp reg.VecPhysical) {
			VADDPD(round, m.v[0], v)
			VSUBPD(round, v, v)
			VSUBPD(v, m.v[0], m.v[0])
			VADDPD(to, v, temp)
			VMOVUPD(temp, to)
			if both {
				VMOVUPD(from, temp)
				VSUBPD(v, temp, temp)
				VMOVUPD(temp, from)
			}
		}
		feature := func() {
			part(at(r, 0), at(to, 0), at(from, 0), m.v[1], m.v[2])
			part(at(i, 0), Mem{Base: to, Index: far, Scale: 1}, Mem{Base: from, Index: far, Scale: 1}, m.v[3], m.v[4])
			VORPD(m.v[0], left, left)
		}
		SUBQ(I8(int8(values)), t)
		JL(LabelRef("rest" + suffix))
		Label("some" + suffix)
		VCVTPS2PD(at(p, 0), m.v[0])
		feature()
		ADDQ(U8(4*values), p)
		for _, q := range []reg.GPVirtual{r, i, to, from} {
			if q != from || both {
				ADDQ(U8(8*values), q)
			}
		}
		SUBQ(I8(int8(values)), t)
		JGE(LabelRef("some" + suffix))
		Label("rest" + suffix)
		ADDQ(I8(int8(values)), t)
		JZ(LabelRef("moved"))
		m.loadTail(at(p, 0), 0)
		feature()
		if both {
			JMP(LabelRef("moved"))
		}
	}
	Label("moved")
	LEAL(Mem{Base: mask, Disp: -1}, n.As32())
	ANDL(n.As32(), mask.As32())
	JNZ(LabelRef("row"))
	Label("next")
	ADDQ(U8(32), label)
	ADDQ(U8(32), old)
	MOVQ(parameter("d"), t)
	SHLQ(U8(5), t)
	ADDQ(t, xp)
	DECQ(groups)
	JNZ(LabelRef("group"))
	if m.wide() {
		VEXTRACTF64X4(Imm(1), left, y[0])
		VORPD(y[0], y[15], y[15])
	}
	VEXTRACTF128(Imm(1), y[15], x[0])
	VORPD(x[0], x[15], x[15])
	VPSHUFD(Imm(0x4e), x[15], x[0])
	VPOR(x[0], x[15], x[15])
	VMOVQ(x[15], t)
	Store(changed, ReturnIndex(0))
	Store(t, ReturnIndex(1))
	VZEROUPPER()
	RET()
}

// clear clears a register.
func (m set) clear(r reg.VecPhysical) {
	if m.wide() {
		VPXORD(r, r, r)
	} else {
		zero(r)
	}
}

// tail readies loadTail for the last of d features; d and t are overwritten.
func (m set) tail(d, t reg.GPVirtual) {
	if m.wide() {
		MOVQ(I32(-1), t)
		ANDQ(U8(7), d)
		SHLXQ(d, t, t)
		NOTQ(t)
		KMOVW(t.As32(), reg.K1)
		return
	}
	// A lane is to be read if its number is less than d%4.
	ANDQ(U8(3), d)
	VMOVD(d.As32(), x[14])
	VPBROADCASTD(x[14], x[14])
	MOVQ(U64(1<<32), t)
	VMOVQ(t, x[13])
	MOVQ(U64(3<<32|2), t)
	VPINSRQ(Imm(1), t, x[13], x[13])
	VPCMPGTD(x[13], x[14], x[14])
}

// loadTail reads the last features, as float64, into register i.
func (m set) loadTail(from Mem, i int) {
	if m.wide() {
		VMOVUPS_Z(from, reg.K1, y[i])
		VCVTPS2PD(y[i], m.v[i])
		return
	}
	VMASKMOVPS(from, x[14], x[i])
	VCVTPS2PD(x[i], m.v[i])
}

// survey looks once at all values.
func survey() {
	TEXT("survey", NOSPLIT, "func(rows *float32, d, groups int, origin, sum, square *float64, most *uint32)")
	Pragma("noescape")
	Doc("survey adds the difference of each row from origin to sum, its square to square, and keeps",
		"the bits of the largest absolute value of each feature in most, for groups of 8 rows. All but rows",
		"is padded to a multiple of 4.")
	// Lanes are features, so that each sum gets its rows in order.
	m := set{lanes: 8, v: y}
	xp, s := load("rows"), GP64()
	Load(Param("d"), s)
	t, p := GP64(), GP64()
	MOVQ(s, t)
	m.tail(t, p)
	SHLQ(U8(2), s)
	s3 := times3(s)
	MOVL(U32(0x7fffffff), t.As32())
	VMOVD(t.As32(), x[15])
	VPBROADCASTD(x[15], x[15])
	origin, sum, square, most := GP64(), GP64(), GP64(), GP64()
	Label("group")
	Load(Param("origin"), origin)
	Load(Param("sum"), sum)
	Load(Param("square"), square)
	Load(Param("most"), most)
	MOVQ(parameter("d"), t)
	MOVQ(xp, p)
	p4 := GP64()
	feature := func(masked bool) {
		VMOVUPD(at(origin, 0), y[8])
		VMOVUPD(at(sum, 0), y[9])
		VMOVUPD(at(square, 0), y[10])
		VMOVDQU(at(most, 0), x[11])
		LEAQ(Mem{Base: p, Index: s, Scale: 4}, p4)
		for i := range 8 {
			base := p
			if i >= 4 {
				base = p4
			}
			from := row(base, s, s3, i%4)
			if masked {
				VMASKMOVPS(from, x[14], x[0])
			} else {
				VMOVUPS(from, x[0])
			}
			VPAND(x[0], x[15], x[1])
			VPMAXUD(x[1], x[11], x[11])
			VCVTPS2PD(x[0], y[0])
			VSUBPD(y[8], y[0], y[0])
			VADDPD(y[0], y[9], y[9])
			VMULPD(y[0], y[0], y[0])
			VADDPD(y[0], y[10], y[10])
		}
		VMOVUPD(y[9], at(sum, 0))
		VMOVUPD(y[10], at(square, 0))
		VMOVDQU(x[11], at(most, 0))
	}
	SUBQ(U8(4), t)
	JL(LabelRef("rest"))
	Label("quad")
	feature(false)
	ADDQ(U8(16), p)
	ADDQ(U8(16), most)
	for _, q := range []reg.GPVirtual{origin, sum, square} {
		ADDQ(U8(32), q)
	}
	SUBQ(U8(4), t)
	JGE(LabelRef("quad"))
	Label("rest")
	ADDQ(U8(4), t)
	JZ(LabelRef("next"))
	feature(true)
	Label("next")
	LEAQ(Mem{Base: xp, Index: s, Scale: 8}, xp)
	DECQ(parameter("groups"))
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
