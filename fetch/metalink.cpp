// SPDX-License-Identifier: MIT
#include "fetch/metalink.hpp"

#include "fetch/checksum_strength.hpp"
#include "fetch/printable.hpp"

#include <troika/fetch/failure.hpp>

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <new>
#include <unordered_set>
#include <utility>

namespace troika::fetch {
namespace {

constexpr std::string_view metalink_4 = "urn:ietf:params:xml:ns:metalink";
constexpr std::string_view metalink_3 = "http://www.metalinker.org/";
constexpr char between = '\n';   // a namespace and a name: can stand in neither

constexpr std::size_t shown_bytes_max = 80;
constexpr std::uint32_t priority_max = 999'999;
constexpr std::uint32_t priority_none = priority_max + 1;
constexpr std::size_t feed_bytes_max = std::size_t{1} << 20;   // expat counts in ints

/// What is being read: the elements that matter, and where they may stand.
enum class element : std::uint8_t {
    document,   // around the root
    metalink,
    file,
    size,
    hash,
    url,
    pieces,
    piece_hash,
    other,   // skipped with all that is in it
};

element element_within(element parent, std::string_view name) noexcept {
    switch (parent) {
        case element::document: return name == "metalink" ? element::metalink : element::other;
        case element::metalink: return name == "file" ? element::file : element::other;
        case element::file:
            if (name == "size") return element::size;
            if (name == "hash") return element::hash;
            if (name == "url") return element::url;
            if (name == "pieces") return element::pieces;
            return element::other;
        case element::pieces: return name == "hash" ? element::piece_hash : element::other;
        default: return element::other;
    }
}

bool holds_text(element what) noexcept {
    return what == element::size || what == element::hash || what == element::url ||
           what == element::piece_hash;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string shown(std::string_view text) { return printable(text.substr(0, shown_bytes_max)); }

template <class Number>
bool parse_number(std::string_view text, Number& number) noexcept {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && stop == text.data() + text.size();
}

bool is_http(std::string_view url) noexcept {
    std::string start;   // short enough never to allocate
    for (const char c : url.substr(0, 8))
        start += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return start.starts_with("http://") || start == "https://";
}

struct ranked_url {
    std::uint32_t priority;   // 1 is the best
    std::size_t place;        // among the file's URLs
    std::string url;
};

struct parser_free {
    void operator()(XML_ParserStruct* parser) const noexcept { XML_ParserFree(parser); }
};

}  // namespace

class metalink_reader::document {
public:
    explicit document(const std::string& name)
        : name_(printable(redacted(name))), parser_(XML_ParserCreateNS(nullptr, between)) {
        if (!parser_) throw std::bad_alloc();
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &on_start, &on_end);
        XML_SetCharacterDataHandler(parser_.get(), &on_text);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
    }

    void feed(std::string_view bytes) {
        fed_ += bytes.size();
        if (fed_ > bytes_max)
            refuse("the document has more than " + std::to_string(bytes_max >> 20) + " MiB");
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, feed_bytes_max);
            bytes.remove_prefix(piece.size());
            parse(piece, false);
        }
    }

    std::vector<metalink_file> finish() {
        parse({}, true);
        if (files_.empty()) refuse("there is no file in the document");
        return std::move(files_);
    }

private:
    // Exceptions do not pass through expat, which is C.
    template <class F>
    static void guarded(void* self, F call) noexcept {
        auto& here = *static_cast<document*>(self);
        if (here.error_) return;   // expat ends what it has begun
        try {
            call(here);
        } catch (...) {
            here.error_ = std::current_exception();
            XML_StopParser(here.parser_.get(), XML_FALSE);
        }
    }
    static void on_start(void* self, const char* name, const char** attributes) noexcept {
        guarded(self, [=](document& here) { here.start(name, attributes); });
    }
    static void on_end(void* self, const char*) noexcept {
        guarded(self, [](document& here) { here.end(); });
    }
    static void on_text(void* self, const char* text, int size) noexcept {
        guarded(self,
                [=](document& here) { here.text({text, static_cast<std::size_t>(size)}); });
    }
    static void on_doctype(void* self, const char*, const char*, const char*, int) noexcept {
        guarded(self, [](document& here) {
            here.refuse("a document type declaration can make a short document endless and is "
                        "not read; remove the <!DOCTYPE ...>");
        });
    }

    void parse(std::string_view bytes, bool last) {
        const XML_Status status =
            XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last);
        if (error_) std::rethrow_exception(error_);
        if (status != XML_STATUS_ERROR) return;
        const XML_Error error = XML_GetErrorCode(parser_.get());
        if (error == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
        refuse("this is not well-formed XML (" + std::string(XML_ErrorString(error)) +
               "); is it a Metalink document, and is it whole?");
    }

    void start(std::string_view name, const char** attributes) {
        if (open_.size() == depth_max)
            refuse("elements are nested deeper than " + std::to_string(depth_max));
        const std::size_t end = name.rfind(between);
        const std::string_view space =
            end == std::string_view::npos ? std::string_view() : name.substr(0, end);
        const std::string_view local = name.substr(end + 1);   // npos + 1 is 0
        const element parent = open_.empty() ? element::document : open_.back();
        const element what =
            space == metalink_4 ? element_within(parent, local) : element::other;
        if (parent == element::document && what != element::metalink) refuse_root(space, local);
        if (holds_text(parent) && space == metalink_4)
            refuse("<" + shown(local) + "> stands where only text can");
        open_.push_back(what);
        if (holds_text(what)) text_.clear();
        if (what == element::file) begin_file(attributes);
        if (what == element::hash) hash_known_ = take_algorithm(attributes, algorithm_);
        if (what == element::url) begin_url(attributes);
        if (what == element::pieces) begin_pieces(attributes);
    }

    void text(std::string_view piece) {
        if (!holds_text(open_.back())) return;
        if (text_.size() + piece.size() > text_bytes_max)
            refuse("a text is longer than " + std::to_string(text_bytes_max) + " bytes");
        text_ += piece;
    }

    void end() {
        const element what = open_.back();
        open_.pop_back();
        const std::string_view content = trimmed(text_);
        switch (what) {
            case element::file: end_file(); break;
            case element::size: end_size(content); break;
            case element::hash: end_hash(content); break;
            case element::url: end_url(content); break;
            case element::piece_hash:
                if (pieces_known_)
                    pieces_.hashes.push_back(digest(pieces_.algorithm, content));
                break;
            case element::pieces: end_pieces(); break;
            default: break;
        }
    }

    [[noreturn]] void refuse_root(std::string_view space, std::string_view local) const {
        if (space == metalink_3)
            refuse("this is a Metalink 3 document, and only version 4 (RFC 5854) is read; ask for "
                   "the .meta4 file");
        if (local == "metalink")
            refuse("<metalink> is not in the namespace " + std::string(metalink_4) +
                   "; this is no Metalink 4 document");
        refuse("the document is <" + shown(local) + ">, not <metalink>; is this the URL of a page "
               "that leads to the document?");
    }

    static std::optional<std::string_view> find(const char** attributes,
                                                std::string_view name) noexcept {
        for (; *attributes != nullptr; attributes += 2)
            if (attributes[0] == name) return attributes[1];
        return std::nullopt;
    }

    // The attribute `type`. Returns: whether we know that algorithm.
    bool take_algorithm(const char** attributes, checksum_algorithm& into) const {
        const auto type = find(attributes, "type");
        if (!type) refuse("a checksum has no type; write type=\"sha-256\"");
        return parse_algorithm(*type, into);
    }

    checksum digest(checksum_algorithm algorithm, std::string_view digits) const {
        try {
            return checksum::parse_hex(algorithm, digits.substr(0, 2 * checksum::size_max + 1));
        } catch (const failure& wrong) {
            refuse(wrong.what());
        }
    }

    void begin_file(const char** attributes) {
        if (files_.size() == files_max)
            refuse("there are more than " + std::to_string(files_max) + " files");
        file_ = metalink_file();
        file_.line = XML_GetCurrentLineNumber(parser_.get());
        urls_.clear();
        hashes_.clear();
        const auto name = find(attributes, "name");
        if (!name || trimmed(*name).empty()) refuse("a file has no name");
        if (name->size() > name_bytes_max)
            refuse("a file's name is longer than " + std::to_string(name_bytes_max) + " bytes");
        file_.name = *name;
        if (!names_.insert(file_.name).second)
            refuse("two files are called '" + shown(file_.name) + "'");
    }

    void end_file() {
        std::ranges::sort(urls_, {}, [](const ranked_url& each) {
            return std::pair(each.priority, each.place);
        });
        for (ranked_url& each : urls_) file_.urls.push_back(std::move(each.url));
        if (!hashes_.empty())
            file_.expected = *std::ranges::max_element(
                hashes_, {}, [](const checksum& sum) { return strength_of(sum.algorithm()); });
        if (file_.pieces && file_.size) {
            const std::uint64_t length = file_.pieces->length;
            const std::uint64_t count = *file_.size / length + (*file_.size % length != 0);
            if (file_.pieces->hashes.size() != count)
                refuse("'" + shown(file_.name) + "' has " + std::to_string(count) +
                       " pieces, and checksums of " +
                       std::to_string(file_.pieces->hashes.size()));
        }
        files_.push_back(std::move(file_));
    }

    void end_size(std::string_view content) {
        std::uint64_t size = 0;
        if (!parse_number(content, size))
            refuse("the size '" + shown(content) + "' is not a number of bytes");
        if (file_.size && *file_.size != size)
            refuse("'" + shown(file_.name) + "' has two sizes");
        file_.size = size;
    }

    void end_hash(std::string_view content) {
        if (!hash_known_) return;
        const checksum sum = digest(algorithm_, content);
        const auto same = std::ranges::find(hashes_, algorithm_, &checksum::algorithm);
        if (same == hashes_.end())
            hashes_.push_back(sum);
        else if (*same != sum)
            refuse("'" + shown(file_.name) + "' has two different checksums of type " +
                   std::string(to_string(algorithm_)));
    }

    void begin_url(const char** attributes) {
        priority_ = priority_none;
        const auto given = find(attributes, "priority");
        if (!given) return;
        const bool number = parse_number(trimmed(*given), priority_);
        if (!number || priority_ < 1 || priority_ > priority_max)
            refuse("the priority '" + shown(*given) + "' is not a number from 1 to " +
                   std::to_string(priority_max));
    }

    void end_url(std::string_view content) {
        if (content.empty()) refuse("a URL is empty");
        if (urls_.size() + file_.urls_skipped == urls_max)
            refuse("'" + shown(file_.name) + "' has more than " + std::to_string(urls_max) +
                   " URLs");
        if (is_http(content))
            urls_.push_back({priority_, urls_.size(), std::string(content)});
        else
            ++file_.urls_skipped;
    }

    void begin_pieces(const char** attributes) {
        pieces_ = metalink_pieces();
        pieces_known_ = take_algorithm(attributes, pieces_.algorithm);
        const auto length = find(attributes, "length");
        if (!length || !parse_number(trimmed(*length), pieces_.length) || pieces_.length == 0)
            refuse("pieces have no length; write length=\"BYTES\"");
    }

    void end_pieces() {
        if (!pieces_known_) return;
        if (pieces_.hashes.empty()) refuse("there are no checksums in <pieces>");
        const auto strength = [](const metalink_pieces& of) { return strength_of(of.algorithm); };
        if (file_.pieces && file_.pieces->algorithm == pieces_.algorithm)
            refuse("'" + shown(file_.name) + "' has two <pieces> of one type");
        if (!file_.pieces || strength(*file_.pieces) < strength(pieces_))
            file_.pieces = std::move(pieces_);
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw failure(cause::usage,
                      name_ + ":" + std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ": " +
                          what);
    }

    const std::string name_;
    std::unique_ptr<XML_ParserStruct, parser_free> parser_;
    std::exception_ptr error_;
    std::size_t fed_ = 0;
    std::vector<element> open_;   // from the root inwards
    std::string text_;            // of the innermost
    std::vector<metalink_file> files_;
    std::unordered_set<std::string> names_;

    // of the file that is being read
    metalink_file file_;
    std::vector<ranked_url> urls_;
    std::vector<checksum> hashes_;
    std::uint32_t priority_ = priority_none;
    checksum_algorithm algorithm_ = checksum_algorithm::sha256;
    bool hash_known_ = false;
    metalink_pieces pieces_;
    bool pieces_known_ = false;
};

metalink_reader::metalink_reader(const std::string& name)
    : document_(std::make_unique<document>(name)) {}
metalink_reader::metalink_reader(metalink_reader&&) noexcept = default;
metalink_reader& metalink_reader::operator=(metalink_reader&&) noexcept = default;
metalink_reader::~metalink_reader() = default;

void metalink_reader::feed(std::string_view bytes) { document_->feed(bytes); }

std::vector<metalink_file> metalink_reader::finish() { return document_->finish(); }

}  // namespace troika::fetch
