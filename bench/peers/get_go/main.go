// SPDX-License-Identifier: MIT

// A Go program that fetches many files as one would write it: get_go URL DIRECTORY NAMES
// CONNECTIONS AUTHORITY. Workers take names from a channel; connections are kept, sessions resumed.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"sync"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func fetch(client *http.Client, url string, target string) error {
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, answer.Status)
	}
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, answer.Body); err != nil {
		return err
	}
	return file.Close()
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: get_go URL DIRECTORY NAMES CONNECTIONS AUTHORITY")
		os.Exit(2)
	}
	base, directory := os.Args[1], os.Args[2]
	names, err := os.Open(os.Args[3])
	if err != nil {
		fail(err)
	}
	connections, err := strconv.Atoi(os.Args[4])
	if err != nil {
		fail(err)
	}
	pem, err := os.ReadFile(os.Args[5])
	if err != nil {
		fail(err)
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		fail(fmt.Errorf("%s holds no certificate", os.Args[5]))
	}
	client := &http.Client{Transport: &http.Transport{
		MaxConnsPerHost:     connections,
		MaxIdleConnsPerHost: connections,
		DisableCompression:  true,
		TLSClientConfig: &tls.Config{
			RootCAs:            authorities,
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
	}}
	wanted := make(chan string)
	var workers sync.WaitGroup
	for i := 0; i < connections; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for name := range wanted {
				if err := fetch(client, base+"/"+name, path.Join(directory, path.Base(name))); err != nil {
					fail(err)
				}
			}
		}()
	}
	lines := bufio.NewScanner(names)
	for lines.Scan() {
		wanted <- lines.Text()
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
	close(wanted)
	workers.Wait()
}
