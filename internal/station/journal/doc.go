// Package journal keeps for a while what fusion takes, so that recorded operations can be run again through a changed tracker: files of the
// lines that `vedette track` reads (package tracking/batch), compressed, one an hour, each of which can be read by itself; and Export, which
// joins those of a time. A file whose end is missing, as after a power cut, is read as far as it goes.
package journal
