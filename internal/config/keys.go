package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// undecoded says everything that is wrong with a file that cannot be decoded, which failed with first: all keys that nobody knows, all
// values of a wrong kind, and what the check finds in the rest.
func undecoded(name string, raw []byte, first error) []string {
	file, err := parser.ParseBytes(raw, 0, parser.AllowDuplicateMapKey())
	if err != nil || len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return []string{syntaxProblem(name, first)} // what is no YAML has no keys
	}
	c := checker{name: name, file: file, cut: map[string]bool{}}
	body := file.Docs[0].Body
	if whole := reflect.TypeFor[Config](); containerFor(body, whole) {
		c.decodable(body, whole, "")
	}
	var cfg Config
	switch err := decodeNode(body, &cfg); {
	case err == nil:
		c.check(cfg)
	case len(c.cut) == 0: // else it may only miss what was taken out
		c.undecoded(err)
	}
	if len(c.found) == 0 {
		c.undecoded(first)
	}
	return c.problems()
}

func decodeNode(node ast.Node, into any) (err error) {
	defer recovered(&err)
	return yaml.NodeToValue(node, into, yaml.Strict())
}

// recovered makes an error of a panic of the YAML library, which some files that are no YAML bring it to, as one with "a: ! 0".
func recovered(err *error) {
	if recover() != nil {
		*err = errors.New("this is no YAML that can be read")
	}
}

// undecoded notes an error of the YAML library.
func (c *checker) undecoded(err error) {
	line := 0
	if tk := tokenOf(err); tk != nil {
		line = tk.Position.Line
	}
	c.found = append(c.found, problem{line, syntaxProblem(c.name, err)})
}

// key notes what is wrong with a key.
func (c *checker) key(v *ast.MappingValueNode, format string, args ...any) {
	line := v.Key.GetToken().Position.Line
	c.found = append(c.found, problem{line, fmt.Sprintf("%s:%d: %s: %s", c.name, line, keyOf(v), fmt.Sprintf(format, args...))})
}

// decodable notes what in a node does not fit a type, and takes it out, so that the rest can be decoded. A key that is nearly a known one
// is taken for it.
func (c *checker) decodable(node ast.Node, t reflect.Type, path string) {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		node = anchor.Value
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		c.decodableMapping(n, t, path)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			at := path + "[" + strconv.Itoa(i) + "]"
			if containerFor(v, t.Elem()) {
				c.decodable(v, t.Elem(), at)
			} else if !aliased(v) {
				if err := decodeNode(v, reflect.New(t.Elem()).Interface()); err != nil {
					c.undecoded(err)
					n.Values[i] = ast.Null(v.GetToken())
					c.cut[at] = true
				}
			}
		}
	}
}

func (c *checker) decodableMapping(n *ast.MappingNode, t reflect.Type, path string) {
	at := map[string]*ast.MappingValueNode{}
	for _, v := range n.Values {
		if _, twice := at[keyOf(v)]; !twice {
			at[keyOf(v)] = v
		}
	}
	kept := n.Values[:0]
	for _, v := range n.Values {
		if at[keyOf(v)] != v && !v.Key.IsMergeKey() {
			p := at[keyOf(v)].Key.GetToken().Position
			c.key(v, "mapping key %q already defined at [%d:%d]", keyOf(v), p.Line, p.Column)
			continue
		}
		if c.decodableValue(v, at, t, path) {
			kept = append(kept, v)
		} else {
			c.cut[path] = true
		}
	}
	n.Values = kept
}

// decodableValue is false for a value that has to be taken out of its mapping, whose keys are given.
func (c *checker) decodableValue(v *ast.MappingValueNode, at map[string]*ast.MappingValueNode, t reflect.Type, path string) bool {
	if v.Key.IsMergeKey() {
		return true
	}
	var inner reflect.Type
	if t.Kind() == reflect.Struct {
		field, known := fieldOf(t, keyOf(v))
		if !known {
			key := keyOf(v)
			meant := likely(t, key)
			if meant == "" {
				c.key(v, "unknown field %q", key)
				return false
			}
			c.key(v, "unknown field %q: did you mean %q?", key, meant)
			text, isText := v.Key.(*ast.StringNode)
			field, known = fieldOf(t, meant)
			if !isText || !known || at[meant] != nil {
				return false
			}
			at[meant] = v
			text.Value, text.Token.Value = meant, meant
		}
		inner = field.Type
	} else {
		inner = t.Elem()
	}
	if containerFor(v.Value, inner) {
		c.decodable(v.Value, inner, join(path, keyOf(v)))
		return true
	}
	if aliased(v.Value) {
		return true
	}
	alone := ast.Mapping(v.Start, false, v)
	if err := decodeNode(alone, reflect.New(t).Interface()); err != nil {
		if tokenOf(err) == nil { // as of a time that cannot be read
			at := join(path, keyOf(v))
			line := v.Key.GetToken().Position.Line
			c.found = append(c.found, problem{line, fmt.Sprintf("%s:%d: %s: %v", c.name, line, at, err)})
		} else {
			c.undecoded(err)
		}
		return false
	}
	return true
}

// containerFor says that a node is a list or a mapping, as its type is: what is in it is then looked at one by one.
func containerFor(node ast.Node, t reflect.Type) bool {
	if anchor, ok := node.(*ast.AnchorNode); ok {
		node = anchor.Value
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch node.(type) {
	case *ast.MappingNode:
		return t.Kind() == reflect.Struct || t.Kind() == reflect.Map
	case *ast.SequenceNode:
		return t.Kind() == reflect.Slice
	default:
		return false
	}
}

// aliased tells whether a node stands for another one, which only the whole file knows.
func aliased(node ast.Node) bool { return len(ast.Filter(ast.AliasType, node)) > 0 }

func keyOf(v *ast.MappingValueNode) string { return v.Key.GetToken().Value }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// keyName is the key of a field in the file.
func keyName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		if keyName(f) == key && key != "" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// likely is the key that somebody meant who wrote another one, or that of a key one level deeper, as camera.hfovDeg; empty: none is near.
func likely(t reflect.Type, key string) string {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	const longest = 40 // of a key that anybody means
	if len(key) > longest {
		return ""
	}
	best, least := "", 2+len(key)/5
	var longer []string
	for f := range t.Fields() {
		if d := edits(plain(keyName(f)), plain(key)); d < least {
			best, least = keyName(f), d
		}
		if len(key) >= 3 && strings.HasPrefix(plain(keyName(f)), plain(key)) {
			longer = append(longer, keyName(f))
		}
	}
	if best == "" && len(longer) == 1 {
		best = longer[0]
	}
	if best != "" {
		return best
	}
	for f := range t.Fields() {
		inner := f.Type
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct {
			continue
		}
		for g := range inner.Fields() {
			if plain(keyName(g)) == plain(key) {
				return keyName(f) + "." + keyName(g)
			}
		}
	}
	return ""
}

// edits is how many letters have to be put in, taken out, changed or swapped with the next to make one word of another.
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
