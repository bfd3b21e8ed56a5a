package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting is one key with its value.
type Setting struct {
	Key   string
	Value []byte
}

// Get returns the value of a setting; found is false where there is none.
func (s *Store) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read setting %s: %w", key, err)
	}
	return value, true, nil
}

// List returns the settings whose keys begin with a prefix, in the order of their keys.
func (s *Store) List(ctx context.Context, prefix string) (list []Setting, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT key, value FROM settings WHERE key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key",
		prefix, prefix, prefix)
	if err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var st Setting
		if err := rows.Scan(&st.Key, &st.Value); err != nil {
			return nil, fmt.Errorf("read setting: %w", err)
		}
		list = append(list, st)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	return list, nil
}

// Set writes a setting durably.
func (s *Store) Set(ctx context.Context, key string, value []byte) error {
	if value == nil {
		value = []byte{}
	}
	_, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		_, err := tx.ExecContext(ctx, "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("write setting %s: %w", key, err)
	}
	return nil
}

// Insert writes a setting durably unless its key is there already; created says which.
func (s *Store) Insert(ctx context.Context, key string, value []byte) (created bool, err error) {
	n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		res, err := tx.ExecContext(ctx, "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", key, value)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	})
	if err != nil {
		return false, fmt.Errorf("write setting %s: %w", key, err)
	}
	return n == 1, nil
}

// Replace writes a setting durably if its key is there; replaced says whether it was. It cannot bring back a setting that
// was deleted meanwhile.
func (s *Store) Replace(ctx context.Context, key string, value []byte) (replaced bool, err error) {
	n, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		res, err := tx.ExecContext(ctx, "UPDATE settings SET value = ? WHERE key = ?", value, key)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	})
	if err != nil {
		return false, fmt.Errorf("write setting %s: %w", key, err)
	}
	return n == 1, nil
}

// Delete removes a setting durably; a missing one is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := s.ask(ctx, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		_, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE key = ?", key)
		return 0, err
	})
	if err != nil {
		return fmt.Errorf("delete setting %s: %w", key, err)
	}
	return nil
}
