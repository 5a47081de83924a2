package export

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
)

// element is one element of an XML document, names without their prefix.
type element struct {
	name       string
	attributes map[string]string
	children   []*element
	text       string // of the element itself
}

// What a document may have: a model is far from it, and a reader must end.
const (
	xmlDepth    = 2_000
	xmlElements = 4_000_000
)

// get gives an attribute, or a default where it is not there.
func (e *element) get(name, otherwise string) string {
	if v, ok := e.attributes[name]; ok {
		return v
	}
	return otherwise
}

// child gives the first child called name, or nil.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// xmlReader reads the XML that models are written in: elements, attributes,
// texts and references to characters. It declares no entities and loads nothing, so a document
// with a document type is refused. encoding/xml would be as large as all formats together.
type xmlReader struct {
	rest     []byte
	whole    []byte
	elements int
}

func parseXML(b []byte) (*element, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	r := &xmlReader{rest: b, whole: b}
	if !utf8.Valid(b) {
		return nil, r.fault("has bytes that are not UTF-8: save it as UTF-8")
	}
	root := &element{}
	if err := r.content(root, 0); err != nil {
		return nil, err
	}
	if len(root.children) != 1 || strings.TrimSpace(root.text) != "" {
		return nil, r.fault("is not one XML element")
	}
	return root.children[0], nil
}

func (r *xmlReader) line() int {
	return 1 + bytes.Count(r.whole[:len(r.whole)-len(r.rest)], []byte("\n"))
}

func (r *xmlReader) fault(words string) error {
	return &fault.Error{Code: fault.Invalid, Line: r.line(), Msg: "The file " + words + " (line " + strconv.Itoa(r.line()) + ")."}
}

// until takes what comes before mark, and the mark.
func (r *xmlReader) until(mark string) ([]byte, error) {
	before, after, ok := bytes.Cut(r.rest, []byte(mark))
	if !ok {
		return nil, r.fault("ends before " + strconv.Quote(mark))
	}
	r.rest = after
	return before, nil
}

// content reads what is inside of e, and the end of e, which a document does not have.
func (r *xmlReader) content(e *element, depth int) error {
	if depth > xmlDepth {
		return r.fault("has elements within elements too deeply")
	}
	var text strings.Builder
	defer func() { e.text = text.String() }()
	for {
		at := bytes.IndexByte(r.rest, '<')
		if at < 0 {
			if depth > 0 {
				return r.fault("ends within " + e.name)
			}
			text.Write(r.rest)
			return nil
		}
		s, err := r.resolve(r.rest[:at])
		if err != nil {
			return err
		}
		text.WriteString(s)
		r.rest = r.rest[at:]
		switch {
		case bytes.HasPrefix(r.rest, []byte("<!--")):
			_, err = r.until("-->")
		case bytes.HasPrefix(r.rest, []byte("<![CDATA[")):
			var raw []byte
			raw, err = r.until("]]>")
			text.Write(bytes.TrimPrefix(raw, []byte("<![CDATA[")))
		case bytes.HasPrefix(r.rest, []byte("<!")):
			err = r.fault("has a document type, which is not read: remove it")
		case bytes.HasPrefix(r.rest, []byte("<?")):
			_, err = r.until("?>")
		case bytes.HasPrefix(r.rest, []byte("</")):
			var end []byte
			if end, err = r.until(">"); err == nil && (depth == 0 || local(strings.TrimSpace(string(end[2:]))) != e.name) {
				err = r.fault("ends an element " + strconv.Quote(string(end[2:])) + " that is not open")
			}
			if err == nil {
				return nil
			}
		default:
			err = r.start(e, depth)
		}
		if err != nil {
			return err
		}
	}
}

// start reads an element from its start on, into its parent.
func (r *xmlReader) start(parent *element, depth int) error {
	if r.elements++; r.elements > xmlElements {
		return r.fault("has too many elements")
	}
	e := &element{attributes: map[string]string{}}
	r.rest = r.rest[1:]
	name := r.word()
	if name == "" {
		return r.fault("has a < that begins no element")
	}
	e.name = local(name)
	parent.children = append(parent.children, e)
	for {
		r.rest = bytes.TrimLeft(r.rest, " \t\r\n")
		if bytes.HasPrefix(r.rest, []byte("/>")) {
			r.rest = r.rest[2:]
			return nil
		}
		if bytes.HasPrefix(r.rest, []byte(">")) {
			r.rest = r.rest[1:]
			return r.content(e, depth+1)
		}
		key := r.word()
		r.rest = bytes.TrimLeft(r.rest, " \t\r\n")
		if key == "" || len(r.rest) < 2 || r.rest[0] != '=' {
			return r.fault("has an element " + e.name + " that is not well formed")
		}
		r.rest = bytes.TrimLeft(r.rest[1:], " \t\r\n")
		if len(r.rest) == 0 || r.rest[0] != '"' && r.rest[0] != '\'' {
			return r.fault("has an attribute " + key + " without quotes")
		}
		quote := string(r.rest[:1])
		r.rest = r.rest[1:]
		raw, err := r.until(quote)
		if err != nil {
			return err
		}
		if bytes.IndexByte(raw, '<') >= 0 {
			return r.fault("has a < in the attribute " + key)
		}
		v, err := r.resolve(raw)
		if err != nil {
			return err
		}
		if _, twice := e.attributes[local(key)]; twice {
			return r.fault("has the attribute " + key + " twice")
		}
		e.attributes[local(key)] = v
	}
}

// word takes a name.
func (r *xmlReader) word() string {
	end := bytes.IndexAny(r.rest, " \t\r\n=/><\"'&")
	if end < 0 {
		end = len(r.rest)
	}
	w := string(r.rest[:end])
	r.rest = r.rest[end:]
	return w
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// named is the entities that XML has by itself.
var named = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// resolve puts in the characters that references stand for.
func (r *xmlReader) resolve(b []byte) (string, error) {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b), nil
	}
	var out strings.Builder
	for {
		before, after, more := bytes.Cut(b, []byte("&"))
		out.Write(before)
		if !more {
			return out.String(), nil
		}
		name, rest, ok := strings.Cut(string(after[:min(len(after), 12)]), ";")
		if !ok {
			return "", r.fault("has an & that begins no reference")
		}
		b = after[len(after[:min(len(after), 12)])-len(rest):]
		switch {
		case named[name] != "":
			out.WriteString(named[name])
		case strings.HasPrefix(name, "#"):
			digits, base := name[1:], 10
			if strings.HasPrefix(digits, "x") {
				digits, base = digits[1:], 16
			}
			c, err := strconv.ParseUint(digits, base, 32)
			if err != nil || c == 0 || !utf8.ValidRune(rune(c)) {
				return "", r.fault("has the reference &" + name + ";, which is no character")
			}
			out.WriteRune(rune(c))
		default:
			return "", r.fault("has the reference &" + name + ";, which XML does not know")
		}
	}
}
