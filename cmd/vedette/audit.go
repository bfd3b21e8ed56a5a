package main

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vedette/internal/store"
)

const auditUsage = `usage: vedette audit verify [--noted HASH] [--data DIR]
       vedette audit export [--from T] [--to T] [--format jsonl|csv] [--data DIR] [--out FILE]
       times as 2026-11-26T01:00:00Z; --from counts, --to does not`

// runAudit looks into what people and programs did; the station may be running.
func runAudit(ctx context.Context, env environment, args []string) error {
	fs := newFlags("audit")
	data := fs.String("data", "data", "`folder` of the station's record")
	noted := fs.String("noted", "", "of verify: a `hash` that was noted elsewhere and has to be in the chain")
	from := fs.String("from", "", "of export: `time` of the first record, RFC 3339")
	to := fs.String("to", "", "of export: `time` before which the last record was, RFC 3339")
	format := fs.String("format", "jsonl", "of export: `format`, jsonl (a record a line) or csv")
	out := fs.String("out", "-", "of export: output `file`; - is standard output")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	var w store.Within
	if w.From, err = instant("from", *from); err != nil {
		return err
	}
	if w.To, err = instant("to", *to); err != nil {
		return err
	}
	if len(words) != 1 || (words[0] != "verify" && words[0] != "export") {
		return usagef("%s", auditUsage)
	}
	if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		return usagef("--from has to be before --to")
	}
	if words[0] == "verify" {
		return withRecord(ctx, *data, func(r *store.Reader) error { return verifyAudit(ctx, env, r, *noted) })
	}
	write, known := map[string]func(io.Writer) decisionWriter{"jsonl": newDecisionLines, "csv": newDecisionTable}[*format]
	if !known {
		return usagef("--format %q: use jsonl or csv", *format)
	}
	return withRecord(ctx, *data, func(r *store.Reader) error {
		return writeTo(env, *out, func(to io.Writer) error {
			dw := write(to)
			return errors.Join(r.Decisions(ctx, w, dw.write), dw.end())
		})
	})
}

func withRecord(ctx context.Context, dir string, use func(*store.Reader) error) (err error) {
	record, err := store.OpenReader(ctx, filepath.Join(dir, "vedette.db"))
	if errors.Is(err, os.ErrNotExist) {
		return usagef("the station's record: %w; name its folder with --data", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	return use(record)
}

// verifyAudit says that the chain holds, or where it does not.
func verifyAudit(ctx context.Context, env environment, r *store.Reader, noted string) error {
	want, err := hex.DecodeString(noted)
	if err != nil || (noted != "" && len(want) != 32) {
		return usagef("--noted %q: give the 64 digits of a hash", noted)
	}
	at := int64(0)
	c, err := r.Verify(ctx, func(no int64, hash []byte) {
		if noted != "" && string(hash) == string(want) {
			at = no
		}
	})
	if err != nil {
		return err
	}
	if noted != "" && at == 0 {
		return fmt.Errorf("the noted hash is not in the chain: what was recorded then is another, or older than the %d records that were removed after their time", c.Pruned)
	}
	var more []string
	if c.Pruned > 0 {
		more = append(more, fmt.Sprintf("%d older ones were removed after their time", c.Pruned))
	}
	if c.Older > 0 {
		more = append(more, fmt.Sprintf("%d are older than the chain", c.Older))
	}
	if at > 0 {
		more = append(more, fmt.Sprintf("the noted hash is no. %d", at))
	}
	if c.Last == 0 {
		_, err := fmt.Fprintln(env.out, strings.Join(append([]string{"ok: 0 records"}, more...), "; "))
		return err
	}
	text := fmt.Sprintf("ok: %d records, the last no. %d, hash %x", c.Count, c.Last, c.Hash)
	if !c.At.IsZero() {
		text += ", at " + c.At.Format(time.RFC3339)
	}
	_, err = fmt.Fprintln(env.out, strings.Join(append([]string{text}, more...), "; "))
	return err
}

// decisionWriter writes records of the audit in some format.
type decisionWriter interface {
	write(store.Decision) error
	end() error
}

// decisionLines are JSON lines, which hold all that the hash is made of.
type decisionLines struct{ e *json.Encoder }

func newDecisionLines(w io.Writer) decisionWriter {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // the record is written as it was hashed
	return decisionLines{e}
}

func (l decisionLines) write(d store.Decision) error {
	return l.e.Encode(struct {
		No         int64           `json:"no,omitempty"`
		Seq        int64           `json:"seq"`
		Kind       string          `json:"kind"`
		ObservedAt time.Time       `json:"observedAt"`
		StoredAt   time.Time       `json:"storedAt"`
		Who        string          `json:"who"`
		Key        string          `json:"key,omitempty"`
		Data       json.RawMessage `json:"data"`
		Previous   string          `json:"previous,omitempty"`
		Hash       string          `json:"hash,omitempty"`
	}{d.No, d.Seq, d.Kind, d.ObservedAt, d.StoredAt, d.Who, d.Key, d.Data, hex.EncodeToString(d.Previous), hex.EncodeToString(d.Hash)})
}

func (decisionLines) end() error { return nil }

// decisionTable is a table for people, with what most records have in columns of their own.
type decisionTable struct{ out *csv.Writer }

var decisionColumns = []string{"no", "observedAt", "storedAt", "kind", "who", "role", "via", "address", "action", "target", "outcome", "reason", "data", "hash"}

func newDecisionTable(w io.Writer) decisionWriter {
	t := decisionTable{csv.NewWriter(w)}
	t.out.UseCRLF = true             // RFC 4180
	_ = t.out.Write(decisionColumns) // the writer keeps its error until the end
	return t
}

func (t decisionTable) write(d store.Decision) error {
	var said struct {
		Role, Via, Address, Action, Target, Outcome, Reason string
	}
	_ = json.Unmarshal(d.Data, &said) // intents and others lack some; their data stands in its column
	if said.Target == "" {
		said.Target = d.Key
	}
	row := []string{
		strconv.FormatInt(d.No, 10), d.ObservedAt.Format(time.RFC3339Nano), d.StoredAt.Format(time.RFC3339Nano), d.Kind, d.Who, said.Role, said.Via, said.Address,
		said.Action, said.Target, said.Outcome, said.Reason, string(d.Data), hex.EncodeToString(d.Hash),
	}
	for i, cell := range row {
		row[i] = harmless(cell)
	}
	return t.out.Write(row)
}

func (t decisionTable) end() error {
	t.out.Flush()
	return t.out.Error()
}

// harmless keeps a spreadsheet from taking somebody's words for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
