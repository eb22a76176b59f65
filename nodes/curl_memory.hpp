// What libcurl and the TLS library below it do with memory that secrets pass through: it is wiped when they are done.
// Everything else that keeps secrets is secret_bytes; libcurl takes no memory of others for its buffers.
#pragma once

#include <curl/curl.h>

namespace pawl::nodes {

/// Starts libcurl so that every block which it gives back is wiped first, also one that moves as it grows. The blocks
/// are malloc's, so that a host may free what it got from libcurl as it is used to. A process has one libcurl: where
/// somebody has started it before (curl_global_init), it keeps that one's functions. Once, thread-safe.
CURLcode start_wiping_curl();

/// Whether libcurl's blocks are wiped here: nobody was faster. After start_wiping_curl().
bool does_curl_wipe();

/// Makes the TLS library wipe what it has decrypted once libcurl has it. Only OpenSSL from 3.0 on can.
void wipe_decrypted(CURL* handle);

} // namespace pawl::nodes
