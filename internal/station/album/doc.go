// Package album keeps a few still pictures with each alert: the first in which a camera saw what it is about, and the best since. It says
// which are worth keeping (Choose), makes JPEG files of them that are small enough (Encode), and keeps the files in a folder with a
// limit in time and size (Folder). It owns no goroutine.
package album
