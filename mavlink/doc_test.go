package mavlink_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A newcomer finds each feature by the package comment: the files that it names exist, and no package below is left out.
func TestThePackageCommentNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	comment, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`\w+\.go\b`).FindAllString(string(comment), -1) {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "testdata" && !strings.Contains(string(comment), e.Name()) {
			t.Errorf("doc.go does not name the package %s", e.Name())
		}
	}
}
