package api

// FileEntry is a file or folder on a vehicle.
type FileEntry struct {
	Name   string `json:"name"`
	Folder bool   `json:"folder"`
	Size   int64  `json:"size"` // bytes, 0 for folders
}

// FileList is a folder on a vehicle.
type FileList struct {
	Path    string      `json:"path"`
	Entries []FileEntry `json:"entries"` // never null
}

// FileAction is the body of POST /vehicles/{id}/files.
type FileAction struct {
	Action string  `json:"action"` // makeFolder, rename, truncate, checksum
	Path   string  `json:"path"`
	To     string  `json:"to,omitempty"`   // rename
	Size   *uint32 `json:"size,omitempty"` // truncate
}

// FileResult is the answer to it.
type FileResult struct {
	Path  string `json:"path"`
	CRC32 string `json:"crc32,omitempty"` // in hex, as the vehicle computes it: begun with zero, not inverted
}

// OnboardLog is a log on a vehicle.
type OnboardLog struct {
	ID          int    `json:"id"`
	Size        int64  `json:"size"`             // bytes; may be off for a log that is being written
	At          Time   `json:"at,omitzero"`      // when it began
	Have        int64  `json:"have"`             // bytes that the station has
	Complete    bool   `json:"complete"`         // the station has all of it
	Downloading bool   `json:"downloading"`      // transfer of the vehicle says how far
	Failed      string `json:"failed,omitempty"` // why the last attempt ended
	Href        string `json:"href,omitempty"`   // where the file is, once it is complete
}

// EraseLogs is the body of DELETE /vehicles/{id}/logs.
type EraseLogs struct {
	Confirm string `json:"confirm"` // typed by a person: "ERASE LOGS 3"
}
