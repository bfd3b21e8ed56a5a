package mavlink

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
)

// TestNothingUnreadIsRead looks through the sources of this package for messages that some switch or function takes.
func TestNothingUnreadIsRead(t *testing.T) {
	t.Parallel()
	names := map[string]uint32{}
	for _, m := range all.Dialect.Messages {
		name := strings.TrimPrefix(typeName(m), "Message")
		names[name] = m.GetID()
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			// A pointer type stands in the cases of switches and in assertions; only to ask for a message is not to read it.
			star, ok := n.(*ast.StarExpr)
			if !ok {
				return true
			}
			sel, ok := star.X.(*ast.SelectorExpr)
			if !ok || !strings.HasPrefix(sel.Sel.Name, "Message") {
				return true
			}
			if id, known := names[strings.TrimPrefix(sel.Sel.Name, "Message")]; known {
				read++
				if unread(id) {
					t.Errorf("%s: %s (%d) is read here and named as unread", e.Name(), sel.Sel.Name, id)
				}
			}
			return true
		})
	}
	if read < 50 {
		t.Errorf("only %d messages were found: the test looks in the wrong place", read)
	}
}

func typeName(m any) string {
	name := reflect.TypeOf(m).String()
	return name[strings.LastIndexByte(name, '.')+1:]
}
